// Computes beside the page, so that the page stays quick.
import { digestOf } from "./digest.ts";

self.addEventListener("message", (event: MessageEvent<Blob>) => {
  digestOf(event.data).then(
    (hex) => self.postMessage(hex),
    () => self.postMessage(""), // the file cannot be read any more
  );
});
