// Fetches a lesson in pieces: what has arrived is kept, whatever happens to the network or the page, and only the rest is
// asked for the next time. Nothing half is ever played: a lesson is whole, or it goes on here.
import { type Lesson, type Lessons, type Part, piecesOf } from "./lessons.ts";
import { FILM, QUIZ } from "./words.ts";

/** What the server gives with a package (lms/docs/watch-reports.md). */
export interface Offered {
  package: string;
  valid_seconds: number;
  recording: string;
  title: string;
  course: string;
  page: string;
  mark: string;
  size_bytes: number;
  parts: { name: string; address: string }[];
}

/** What came of it. `full`: the phone has no room, and nothing is left behind. `refused`: in the server's words. */
export type Outcome = { kind: "whole" | "paused" | "full" | "signed-out" } | { kind: "refused"; text: string };

export interface Fetching {
  lessons: Lessons;
  /** Ask for a package. */
  ask(): Promise<Response>;
  get(address: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response>;
  now(): number;
  /** Wait so many seconds, or until the network is back. */
  pause(seconds: number): Promise<void>;
  onProgress(got: number, size: number): void;
  /** Whether it is waiting for the network. */
  onWaiting(waits: boolean): void;
}

/** Lost with the network at most; on a slow one some ten seconds. */
export const PIECE_BYTES = 256 * 1024;
const LONGEST_PAUSE_SECONDS = 60;
/** Addresses that hold no more so many times in a row are no accident. */
const MOST_STALE = 3;
/** Headers that a page or a film is to have again when it comes from this phone. */
const SAID_AGAIN = ["content-type", "content-language", "content-security-policy", "x-content-type-options", "referrer-policy", "cross-origin-opener-policy"];

/** The addresses hold no more: a package is asked for anew, and what is here stays. */
class Stale extends Error {}
class Lost extends Error {}

export class Fetcher {
  private failures = 0;
  private stale = 0;

  constructor(
    private readonly lesson: number,
    private readonly options: Fetching,
  ) {}

  /** Until it is whole, told to stop, or told why not. A full phone is left as it was. */
  async run(signal: AbortSignal): Promise<Outcome> {
    while (!signal.aborted) {
      try {
        const offered = await this.askFor(signal);
        if ("kind" in offered) {
          return offered;
        }
        await this.fetchAll(offered, signal);
        return { kind: "whole" };
      } catch (error) {
        if (signal.aborted) {
          break;
        }
        if (isFull(error)) {
          await this.options.lessons.remove(this.lesson).catch(() => undefined);
          return { kind: "full" };
        }
        this.stale += Number(error instanceof Stale);
        if (this.stale >= MOST_STALE) {
          return { kind: "refused", text: "" };
        }
        await this.wait();
      }
    }
    return { kind: "paused" };
  }

  private async wait(): Promise<void> {
    this.failures += 1;
    this.options.onWaiting(true);
    await this.options.pause(Math.min(LONGEST_PAUSE_SECONDS, 2 ** this.failures));
  }

  private arrived(): void {
    if (this.failures) {
      this.failures = 0;
      this.options.onWaiting(false);
    }
  }

  private async askFor(signal: AbortSignal): Promise<Offered | Outcome> {
    const response = await this.options.ask();
    if (response.status === 429 || response.status >= 500) {
      throw new Lost(String(response.status));
    }
    const answer = (await response.json()) as Offered & { message?: string };
    if (signal.aborted) {
      return { kind: "paused" };
    }
    if (response.status === 401) {
      return { kind: "signed-out" };
    }
    if (!response.ok || !answer.parts) {
      return { kind: "refused", text: answer.message ?? "" };
    }
    this.arrived();
    return answer;
  }

  private async fetchAll(offered: Offered, signal: AbortSignal): Promise<void> {
    const { lessons, now } = this.options;
    const known = await lessons.get(this.lesson);
    const isSame = known?.recording === offered.recording;
    if (known && !isSame) {
      await lessons.remove(this.lesson);
    }
    const began = now();
    const row: Lesson = {
      lesson: this.lesson,
      title: offered.title,
      course: offered.course,
      page: offered.page,
      package: offered.package,
      until: began + offered.valid_seconds * 1000,
      mark: offered.mark,
      recording: offered.recording,
      size: offered.size_bytes,
      whole: false,
      blocks: 0,
      at: began,
    };
    if (!(isSame && known?.whole)) {
      await lessons.put(row); // one that is only renewed plays on meanwhile
    }
    if (!offered.parts.some(({ name }) => name === QUIZ)) {
      await lessons.remove(this.lesson, QUIZ); // the one of last time is handed in, or somebody else's
    }
    for (const { name, address } of offered.parts) {
      if (name === FILM) {
        await this.fetchFilm(offered, address, signal);
      } else {
        await this.insist(() => this.fetchSmall(name, address, signal), signal);
      }
    }
    await lessons.put({ ...row, whole: true });
  }

  /** Again and again after a loss, with growing pauses. */
  private async insist(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await work();
        this.arrived();
        return;
      } catch (error) {
        if (signal.aborted || error instanceof Stale || isFull(error)) {
          throw error;
        }
        await this.wait();
        if (signal.aborted) {
          throw error;
        }
      }
    }
  }

  private async fetchSmall(name: string, address: string, signal: AbortSignal): Promise<void> {
    const response = check(await this.options.get(address, {}, signal), 200);
    const bytes = await response.arrayBuffer();
    const { lessons } = this.options;
    await lessons.remove(this.lesson, name);
    await lessons.putPiece(this.lesson, name, 0, bytes);
    await lessons.putPart({ lesson: this.lesson, name, headers: saidOf(response), size: bytes.byteLength, piece: Math.max(1, bytes.byteLength) });
  }

  private async fetchFilm({ size_bytes: size }: Offered, address: string, signal: AbortSignal): Promise<void> {
    const { lessons, onProgress } = this.options;
    const part: Part = { lesson: this.lesson, name: FILM, headers: { "content-type": "video/mp4" }, size, piece: PIECE_BYTES };
    await lessons.putPart(part);
    const here = new Set(await lessons.pieces(this.lesson, FILM));
    const tell = (): void => onProgress(Math.min(size, here.size * PIECE_BYTES), size);
    tell();
    for (let number = 0; number < piecesOf(part); number += 1) {
      if (here.has(number)) {
        continue;
      }
      await this.insist(async () => {
        for (const [each, bytes] of await this.fetchPiece(part, number, address, signal)) {
          await lessons.putPiece(this.lesson, FILM, each, bytes);
          here.add(each);
        }
      }, signal);
      tell();
    }
  }

  /** The piece asked for; all of them where something on the way does not know how to send a part. */
  private async fetchPiece({ size, piece }: Part, number: number, address: string, signal: AbortSignal): Promise<[number, ArrayBuffer][]> {
    const first = number * piece;
    const last = Math.min(size, first + piece) - 1;
    const response = check(await this.options.get(address, { Range: `bytes=${first}-${last}` }, signal), 206, 200);
    const bytes = await response.arrayBuffer();
    if (response.status === 200) {
      if (bytes.byteLength !== size) {
        throw new Lost("Not the whole film.");
      }
      return Array.from({ length: piecesOf({ size, piece }) }, (_, each) => [each, bytes.slice(each * piece, (each + 1) * piece)]);
    }
    if (bytes.byteLength !== last - first + 1) {
      throw new Lost("Not the whole piece.");
    }
    return [[number, bytes]];
  }
}

function check(response: Response, ...good: number[]): Response {
  if (good.includes(response.status) && !response.redirected) {
    return response;
  }
  // Busy, or on the way to the server: that passes. Anything else comes of an address that holds no more.
  throw response.status >= 500 || response.status === 429 ? new Lost(String(response.status)) : new Stale(String(response.status));
}

function saidOf(response: Response): Record<string, string> {
  const said: Record<string, string> = {};
  SAID_AGAIN.forEach((name) => {
    const value = response.headers.get(name);
    if (value) {
      said[name] = value;
    }
  });
  return said;
}

export function isFull(error: unknown): boolean {
  return (error as { name?: string } | null)?.name === "QuotaExceededError";
}
