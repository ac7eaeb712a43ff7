// The service worker, served as /sw.js (lms/worker.py). It wakes when the browser says that the network is back and
// hands in what was watched, whether or not a page is open. Without network it answers with what this phone has kept:
// lessons (../kept/), and a frame of two pages. Whatever it keeps, retiring it clears away: see RETIRED in lms/worker.py.
import { GIVE_WAY, LOOK, partOf, ROOT } from "../kept/words.ts";
import { alone, send } from "../player/sending.ts";
import { answers, answerTo } from "./answering.ts";
import { keepFrame } from "./frame.ts";
import { handIn, withStore } from "./handin.ts";
import { MESSAGE, TAG } from "./words.ts";

// lib.webworker takes `self` for any worker's.
const worker = self as unknown as ServiceWorkerGlobalScope;
const REPORTS = "/learn/reports/";

/** Time enough for the page that was asked for to have taken the place of the one before. */
const COME_MS = 3000;

// A page that is kept brings the scripts that it was made with, and the frame's stay while one of its pages is open. So
// nothing hangs on which version a page was loaded with, and a new worker waits for no page but those that play a kept
// lesson. Reports are handed in where the frame could not be fetched, too.
worker.addEventListener("install", (event) => {
  event.waitUntil(Promise.all([takeOver(), keepFrame(worker).catch(() => undefined)]));
});

/**
 * Unless this worker's predecessor plays a lesson: the browser ends that one in the middle, the film asks it anew, and
 * where it asks before this one has begun, Chromium (156) loses the page that is asked for next and lets it wait for ever.
 */
async function takeOver(): Promise<void> {
  const windows = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!windows.some(({ url }) => partOf(new URL(url).pathname))) {
    await worker.skipWaiting();
  }
}

/** Have a worker that waits look once more. */
async function giveWay(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, COME_MS));
  worker.registration.waiting?.postMessage({ kind: GIVE_WAY });
}

// Pages do not wait for this worker to wake: the browser asks the network meanwhile.
worker.addEventListener("activate", (event) => event.waitUntil(worker.registration.navigationPreload?.enable()));

worker.addEventListener("fetch", (event) => {
  if (answers(event.request)) {
    event.respondWith(answerTo(event));
    if (event.request.mode === "navigate" && new URL(event.request.url).pathname === ROOT) {
      event.waitUntil(keepFrame(worker).catch(() => undefined));
    }
  }
  if (event.request.mode === "navigate" && worker.registration.waiting) {
    event.waitUntil(giveWay());
  }
});

worker.addEventListener("message", (event) => {
  const { kind } = (event.data ?? {}) as { kind?: string };
  if (kind === GIVE_WAY) {
    event.waitUntil(takeOver());
  }
  if (kind === LOOK) {
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
