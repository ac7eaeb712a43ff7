// The service worker, served as /sw.js (lms/worker.py). It wakes when the browser says that the network is back and
// hands in what was watched, whether or not a page is open. Without network it answers with what this phone has kept:
// lessons (../kept/), and a frame of two pages. Whatever it keeps, retiring it clears away: see RETIRED in lms/worker.py.
import { LOOK, ROOT } from "../kept/words.ts";
import { alone, send } from "../player/sending.ts";
import { answers, answerTo } from "./answering.ts";
import { keepFrame } from "./frame.ts";
import { handIn, withStore } from "./handin.ts";
import { MESSAGE, TAG } from "./words.ts";

// lib.webworker takes `self` for any worker's.
const worker = self as unknown as ServiceWorkerGlobalScope;
const REPORTS = "/learn/reports/";

// A page that is kept brings the scripts that it was made with, and the frame's stay while one of its pages is open. So
// nothing hangs on which version a page was loaded with, and a new worker need not wait for pages to close. Reports are
// handed in where the frame could not be fetched, too.
worker.addEventListener("install", (event) => {
  void worker.skipWaiting();
  event.waitUntil(keepFrame(worker).catch(() => undefined));
});

// Pages do not wait for this worker to wake: the browser asks the network meanwhile.
worker.addEventListener("activate", (event) => event.waitUntil(worker.registration.navigationPreload?.enable()));

worker.addEventListener("fetch", (event) => {
  if (answers(event.request)) {
    event.respondWith(answerTo(event));
    if (event.request.mode === "navigate" && new URL(event.request.url).pathname === ROOT) {
      event.waitUntil(keepFrame(worker).catch(() => undefined));
    }
  }
});

worker.addEventListener("message", (event) => {
  if ((event.data as { kind?: string } | null)?.kind === LOOK) {
    const tell = (isKept: boolean): void => event.ports[0]?.postMessage(isKept);
    event.waitUntil(keepFrame(worker).then(() => tell(true), () => tell(false)));
  }
});

worker.addEventListener("sync", (event) => {
  if (event.tag === TAG) {
    event.waitUntil(handInAll());
  }
});

worker.addEventListener("periodicsync", (event) => {
  if (event.tag === TAG) {
    event.waitUntil(handInAll());
  }
});

/** Fails where something is left to try again: then the browser wakes us once more after a pause of its own. */
async function handInAll(): Promise<void> {
  const { receipts, again } = await withStore((store) =>
    handIn({
      store,
      alone,
      now: () => Date.now(),
      send: async (reports) => (await send(REPORTS, reports, reports[reports.length - 1]?.token)).answers,
    }),
  );
  if (receipts.length) {
    const pages = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
    pages.forEach((page) => page.postMessage({ kind: MESSAGE, receipts }));
  }
  if (again) {
    throw new Error("Some reports still wait.");
  }
}
