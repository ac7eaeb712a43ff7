// The fingerprint of a file, from a worker where there is one.
import { digestOf } from "./digest.ts";

/** Hex, or "" for a file that cannot be read; `stop` ends the work. */
export function fingerprint(file: File): { hex: Promise<string>; stop: () => void } {
  let worker: Worker;
  try {
    worker = new Worker(new URL("./digest.worker.ts", import.meta.url), { type: "module" });
  } catch {
    return { hex: digestOf(file).catch(() => ""), stop: () => undefined };
  }
  const hex = new Promise<string>((resolve) => {
    worker.addEventListener("message", (event: MessageEvent<string>) => {
      worker.terminate();
      resolve(event.data);
    });
    worker.addEventListener("error", () => {
      worker.terminate();
      resolve(digestOf(file).catch(() => ""));
    });
  });
  worker.postMessage(file);
  return { hex, stop: () => worker.terminate() };
}
