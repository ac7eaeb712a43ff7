// Keeps one lesson on this phone, for whichever page has the button: size first, one at a time, and told in sentences.
import { post } from "../http.ts";
import { frameKept, worker } from "./ability.ts";
import { Fetcher, type Outcome } from "./fetching.ts";
import { forgetGone, name } from "./hint.ts";
import { DatabaseLessons } from "./lessons.ts";
import { askToStay, hasRoomFor } from "./room.ts";
import { FILM } from "./words.ts";

const ANSWER_SECONDS = 20;
/** `busy`: another page of this browser is at it. `browser`: it does not let the worker be. */
export type Ended = Outcome | { kind: "busy" | "browser" };

export interface Told {
  onProgress(got: number, size: number): void;
  onWaiting(waits: boolean): void;
}

export class Keeper {
  private controller: AbortController | null = null;

  constructor(
    private readonly lesson: number,
    private readonly urls: { packages: string; worker: string },
    private readonly told: Told,
  ) {}

  get isAtWork(): boolean {
    return this.controller !== null;
  }

  /** What has arrived stays. */
  pause(): void {
    this.controller?.abort();
  }

  /** Until it is whole, or told to stop; `size` are the bytes that are still to come. */
  async keep(size: number): Promise<Ended> {
    const controller = new AbortController();
    this.controller = controller;
    try {
      void askToStay();
      if (!(await hasRoomFor(size))) {
        return { kind: "full" };
      }
      const active = await worker(this.urls.worker).catch(() => null);
      if (!active) {
        return { kind: "browser" };
      }
      const frame = frameKept(active);
      const ended = await this.alone(() => this.fetch(controller.signal));
      if (ended.kind === "whole" && !(await frame)) {
        await frameKept(active); // the lesson plays without it, by its own address
      }
      return ended;
    } finally {
      this.controller = null;
    }
  }

  private async fetch(signal: AbortSignal): Promise<Ended> {
    const lessons = await DatabaseLessons.open();
    try {
      const fetcher = new Fetcher(this.lesson, {
        lessons,
        ask: () => post(this.urls.packages, { lesson: this.lesson }, false, {}, ANSWER_SECONDS),
        // The browser's own cache would keep every byte a second time.
        get: (address, headers, ended) =>
          fetch(address, { headers, signal: ended, credentials: "same-origin", cache: address.endsWith(FILM) || "Range" in headers ? "no-store" : "default" }),
        now: () => Date.now(),
        pause: (seconds) => this.wait(seconds, signal),
        ...this.told,
      });
      const ended = await fetcher.run(signal);
      if (ended.kind === "whole") {
        const row = await lessons.get(this.lesson);
        name(this.lesson, row?.title ?? "");
        forgetGone(this.lesson);
      }
      return ended;
    } finally {
      lessons.close();
    }
  }

  private wait(seconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = window.setTimeout(resolve, seconds * 1000);
      const now = (): void => {
        window.clearTimeout(timer);
        resolve();
      };
      window.addEventListener("online", now, { once: true });
      signal.addEventListener("abort", now, { once: true });
    });
  }

  /** Two pages at once would pay for everything twice. */
  private async alone(work: () => Promise<Ended>): Promise<Ended> {
    if (!navigator.locks) {
      return work();
    }
    return navigator.locks.request(`tianjian.keep.${this.lesson}`, { ifAvailable: true }, (lock) => (lock ? work() : Promise.resolve<Ended>({ kind: "busy" })));
  }
}
