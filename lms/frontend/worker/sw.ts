// The service worker, served as /sw.js (lms/worker.py). It wakes when the browser says that the network is back and
// hands in what was watched, whether or not a page is open. It answers no fetches: pages load as if it were not there.
//
// What else a worker may do one day (a shell without network, lessons to take along) gets modules and events of its own
// here. Whatever it keeps, retiring it must clear away: see RETIRED in lms/worker.py.
import { alone, send } from "../player/sending.ts";
import { handIn, withStore } from "./handin.ts";
import { MESSAGE, TAG } from "./words.ts";

// lib.webworker takes `self` for any worker's.
const worker = self as unknown as ServiceWorkerGlobalScope;
const REPORTS = "/learn/reports/";

// Nothing hangs on which version a page was loaded with, so a new one need not wait for pages to close.
worker.addEventListener("install", () => void worker.skipWaiting());

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
