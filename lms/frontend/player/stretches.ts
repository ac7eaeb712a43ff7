// What was really played, as whole seconds of lesson time. Pure: time comes in as arguments, nothing is read from outside.

/** Half-open, in whole seconds of lesson time: [from, to). */
export type Stretch = [number, number];

/** Seconds by which a sample may miss a boundary: players start at 0.02 and stop at 14.98. */
const SLACK_SECONDS = 0.25;
/** Seconds that the position may run ahead of the clock between two samples before it counts as a jump. */
const LEAP_SECONDS = 1;

/**
 * Whether what plays counts. `setting` is the lesson's word on playing while the page is hidden (the screen is off, or
 * another app is in front): "listening" counts the sound alone, "picture" everything, "never" nothing.
 */
export function counts(setting: string, hidden: boolean, listening: boolean): boolean {
  return !hidden || setting === "picture" || (setting === "listening" && listening);
}

/** Unite stretches (of any kind of number) into few, in order. */
export function unite(stretches: readonly Stretch[]): Stretch[] {
  const united: Stretch[] = [];
  for (const [from, to] of [...stretches].sort((a, b) => a[0] - b[0])) {
    const last = united[united.length - 1];
    if (last && from <= last[1]) {
      last[1] = Math.max(last[1], to);
    } else if (to > from) {
      united.push([from, to]);
    }
  }
  return united;
}

/** The parts of `all` that lie outside `known`. */
export function without(all: readonly Stretch[], known: readonly Stretch[]): Stretch[] {
  const outside: Stretch[] = [];
  for (const [from, to] of unite(all)) {
    let start = from;
    for (const [knownFrom, knownTo] of unite(known)) {
      if (knownTo > start && knownFrom < to) {
        outside.push([start, Math.min(knownFrom, to)]);
        start = Math.max(start, knownTo);
      }
    }
    outside.push([start, to]);
  }
  return unite(outside);
}

/** Whole seconds that lie within a stretch of real numbers, or null. */
function wholeSeconds([from, to]: Stretch): Stretch | null {
  const whole: Stretch = [Math.max(0, Math.ceil(from - SLACK_SECONDS)), Math.floor(to + SLACK_SECONDS)];
  return whole[1] > whole[0] ? whole : null;
}

/**
 * Collects played stretches from samples of the player's position.
 *
 * `sample` while playing joins the position to the one before when the time between them could have been played;
 * a jump, forwards or back, starts a new stretch. `stop` ends a stretch (pause, seek, stall, end). `take` hands out
 * whole seconds and keeps the broken seconds at the edges, so that pausing within a second loses nothing.
 */
export class StretchCollector {
  private played: Stretch[] = [];
  private last: { position: number; at: number; rate: number } | null = null;
  /** Where playing stopped: a paused player settles a few pictures further on, which would cost the broken second. */
  private stopped = Infinity;

  /** The player stands at `position` (s) at clock time `at` (ms), playing at `rate`. */
  sample(position: number, at: number, rate: number): void {
    const last = this.last;
    if (last) {
      const step = position - last.position;
      const elapsed = Math.max(0, at - last.at) / 1000;
      if (step > 0 && step <= elapsed * Math.max(rate, last.rate) + LEAP_SECONDS) {
        this.played.push([last.position, position]);
        this.played = unite(this.played);
      }
    } else if (position > this.stopped && position <= this.stopped + SLACK_SECONDS) {
      this.played = unite([...this.played, [this.stopped, position]]);
    }
    this.last = { position, at, rate };
  }

  /** Playing has stopped; the next sample starts a new stretch. */
  stop(): void {
    this.stopped = this.last?.position ?? this.stopped;
    this.last = null;
  }

  /** The end was reached: the broken second at the end of a recording counts as a whole one. */
  finish(duration: number): void {
    const tail = this.played.find(([from, to]) => from < duration && to >= duration - 1);
    if (tail) {
      tail[1] = Math.max(tail[1], Math.ceil(duration));
    }
    this.stop();
  }

  /** What `take` would hand out now. */
  peek(): Stretch[] {
    return unite(this.played.map(wholeSeconds).filter((whole): whole is Stretch => whole !== null));
  }

  /** Whole seconds played since the last `take`. */
  take(): Stretch[] {
    const whole: Stretch[] = [];
    const kept: Stretch[] = [];
    for (const stretch of this.played) {
      const inside = wholeSeconds(stretch);
      if (!inside) {
        kept.push(stretch);
        continue;
      }
      whole.push(inside);
      if (stretch[0] < inside[0]) {
        kept.push([stretch[0], inside[0]]);
      }
      if (stretch[1] > inside[1]) {
        kept.push([inside[1], stretch[1]]);
      }
    }
    this.played = kept;
    return unite(whole);
  }
}
