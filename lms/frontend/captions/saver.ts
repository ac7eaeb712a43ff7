// Saves lines while people write: the changed ones alone, a moment after the last key. What the server has not answered
// yet is kept in the browser, so that a lost network or a closed window loses nothing.
import type { Line, Track } from "./track.ts";

export type State = "saved" | "waiting" | "saving" | "offline" | "signed-out" | "conflict" | "closed" | "refused" | "incomplete";

/** A line on its way; `new` where the server never had it. */
interface Sent {
  key: string;
  start: number;
  end: number;
  text: string;
  settled: boolean;
  new?: boolean;
}

export interface Batch {
  revision: number;
  lines: Sent[];
  deleted: string[];
}

export interface Other {
  name: string;
  at: string;
}

/** What the server says: see media/views/caption_lines.py. */
export interface Told {
  revision: number;
  saved_at: string | null;
  lines: Line[];
  keys?: string[];
  others: Other[];
  error?: string;
  message?: string;
  by?: string | null;
  at?: string | null;
  page?: string;
  problems?: Record<string, string>;
  keys_at_odds?: string[];
  draft?: number;
}

export interface Answer {
  status: number;
  told: Told;
}

/** The same line by two people; null where one took it away. */
export interface Conflict {
  key: string;
  mine: Line | null;
  theirs: Line | null;
}

export interface Kept {
  revision: number;
  dirty: [string, Line | null][];
  batch: Batch | null;
  /** Lines that somebody else changed too, and that wait for a choice. */
  odds: string[];
  at: number;
}

export interface Store {
  read(): Kept | null;
  write(kept: Kept | null): boolean;
}

export interface Wiring {
  track: Track;
  store: Store;
  send: (batch: Batch, leaving: boolean) => Promise<Answer>;
  look: (since: number) => Promise<Answer>;
  later: (callback: () => void, ms: number) => unknown;
  onState: (state: State, told: Told | null) => void;
  onConflicts: (conflicts: readonly Conflict[], told: Told | null) => void;
  onOthers: (others: readonly Other[]) => void;
}

const PAUSE_MS = 1200;
const UNKNOWN = { flags: [], confidence: null, heard: null };
const RETRIES_MS = [2_000, 4_000, 8_000, 15_000, 30_000];

export class Saver {
  revision = 0;
  state: State = "saved";
  readonly conflicts = new Map<string, Conflict>();
  private readonly dirty = new Set<string>();
  private known = new Set<string>();
  private batch: Batch | null = null;
  private failures = 0;
  private round = 0;
  private busy: Promise<void> | null = null;
  private absorbing = false;

  constructor(private readonly wiring: Wiring) {
    wiring.track.listen((keys) => this.touched(keys));
  }

  /** Begin with the lines of the server, and with what an earlier window could not send. */
  start(told: Told): void {
    this.take(told);
    const kept = this.wiring.store.read();
    if (!kept) {
      return;
    }
    // What was on its way is sent again as it was: the server knows whether it has it.
    this.batch = kept.batch;
    this.revision = Math.min(this.revision, kept.revision || this.revision);
    const { track } = this.wiring;
    for (const key of kept.odds) {
      const mine = kept.dirty.find(([dirty]) => dirty === key)?.[1] ?? null;
      this.conflicts.set(key, { key, mine, theirs: track.get(key) });
    }
    const sent = (kept.batch?.lines ?? []).map(({ new: _new, ...line }) => ({ ...(track.get(line.key) ?? UNKNOWN), ...line }));
    const gone = kept.dirty.filter(([, line]) => !line).map(([key]) => key);
    const lines = kept.dirty.flatMap(([, line]) => (line ? [line] : []));
    this.absorbing = true;
    track.absorb(sent, kept.batch?.deleted);
    track.absorb(lines, gone);
    this.absorbing = false;
    kept.dirty.forEach(([key]) => this.dirty.add(key));
    if (this.conflicts.size) {
      this.wiring.onConflicts(Array.from(this.conflicts.values()), null);
    }
    void this.flush();
  }

  /** Whether everything is on the server. */
  get clean(): boolean {
    return !this.dirty.size && !this.batch && !this.conflicts.size;
  }

  private touched(keys: readonly string[]): void {
    if (this.absorbing) {
      return;
    }
    keys.forEach((key) => this.dirty.add(key));
    this.keep();
    if (this.state === "closed") {
      return;
    }
    this.tell("waiting", null);
    const round = ++this.round;
    this.wiring.later(() => {
      if (round === this.round) {
        void this.flush();
      }
    }, PAUSE_MS);
  }

  /** Send what is to be sent, one batch after the other; whether all of it arrived. */
  async flush(leaving = false): Promise<boolean> {
    while (this.busy) {
      await this.busy;
    }
    if (this.state === "closed" || this.state === "refused") {
      return false;
    }
    for (let rounds = 0; rounds < 3; rounds++) {
      this.batch ??= this.gather();
      if (!this.batch) {
        break;
      }
      const before = this.batch;
      this.busy = this.sendBatch(before, leaving);
      await this.busy;
      this.busy = null;
      if (this.batch || this.state !== "saving") {
        return false;
      }
    }
    if (this.conflicts.size) {
      this.tell("conflict", null);
    } else if (this.dirty.size) {
      this.tell("incomplete", null);
    } else {
      this.tell("saved", null);
    }
    return this.clean;
  }

  private gather(): Batch | null {
    const batch: Batch = { revision: this.revision, lines: [], deleted: [] };
    for (const key of Array.from(this.dirty)) {
      if (this.conflicts.has(key)) {
        continue;
      }
      const line = this.wiring.track.get(key);
      if (line && isWhole(line)) {
        const { start, end, text, settled } = line;
        batch.lines.push({ key, start, end, text, settled, ...(this.known.has(key) ? {} : { new: true }) });
        this.dirty.delete(key);
      } else if (!line) {
        this.dirty.delete(key);
        if (this.known.has(key)) {
          batch.deleted.push(key);
        }
      }
    }
    return batch.lines.length || batch.deleted.length ? batch : null;
  }

  private async sendBatch(batch: Batch, leaving: boolean): Promise<void> {
    this.keep();
    this.tell("saving", null);
    let answer: Answer;
    try {
      answer = await this.wiring.send(batch, leaving);
    } catch {
      this.tryAgain("offline", null);
      return;
    }
    const { status, told } = answer;
    if (status === 200 || (status === 409 && told.error === "lines")) {
      this.failures = 0;
      batch.lines.forEach(({ key }) => this.known.add(key));
      batch.deleted.forEach((key) => this.known.delete(key));
      this.batch = null;
      this.take(told, batch);
      this.note(told);
    } else if (status === 409) {
      this.tell("closed", told);
    } else if (status === 401 || status === 403) {
      this.tryAgain("signed-out", told);
    } else if (status === 422 || status === 400) {
      // Ours to mend: what was sent is to be sent again after the next change.
      batch.lines.forEach(({ key }) => this.dirty.add(key));
      batch.deleted.forEach((key) => this.dirty.add(key));
      this.batch = null;
      this.tell("refused", told);
    } else {
      this.tryAgain("offline", told);
    }
    this.keep();
  }

  private tryAgain(state: State, told: Told | null): void {
    this.tell(state, told);
    this.keep();
    const pause = RETRIES_MS[Math.min(this.failures, RETRIES_MS.length - 1)] as number;
    this.failures += 1;
    this.wiring.later(() => void this.flush(), pause);
  }

  /** Look what others did; nothing while something of ours is on its way. */
  async look(): Promise<void> {
    if (this.busy || this.batch || this.state === "closed") {
      return;
    }
    try {
      const { status, told } = await this.wiring.look(this.revision);
      if (this.busy || this.batch) {
        return;
      }
      if (status === 200) {
        this.take(told);
      } else if (status === 409) {
        this.tell("closed", told);
      }
    } catch {
      // No network: saving says so where it matters.
    }
  }

  /** The server's lines, where the person has not changed them since. */
  private take(told: Told, batch: Batch | null = null): void {
    const { track } = this.wiring;
    const sent = new Map(batch?.lines.map((line) => [line.key, line]));
    const odds = new Set(told.keys_at_odds ?? []);
    const theirs = told.lines.filter((line) => !this.dirty.has(line.key) && !odds.has(line.key) && !this.conflicts.has(line.key));
    const gone: string[] = [];
    if (told.keys) {
      const there = new Set(told.keys);
      for (const key of Array.from(this.known)) {
        if (!there.has(key)) {
          this.known.delete(key);
          if (!this.dirty.has(key) && !odds.has(key)) {
            gone.push(key);
          }
        }
      }
    }
    told.lines.forEach((line) => this.known.add(line.key));
    const news = theirs.flatMap((line) => {
      const mine = track.get(line.key);
      if (!mine || !sent.has(line.key)) {
        return [line];
      }
      // Blanks that the server trims stay under the fingers of whoever is still writing.
      const same = mine.flags.join() === line.flags.join() && mine.confidence === line.confidence && mine.heard === line.heard;
      return same ? [] : [{ ...line, text: mine.text }];
    });
    this.absorbing = true;
    track.absorb(news, gone);
    this.absorbing = false;
    this.revision = told.revision;
    this.wiring.onOthers(told.others);
  }

  private note(told: Told): void {
    for (const key of told.keys_at_odds ?? []) {
      const theirs = told.lines.find((line) => line.key === key) ?? null;
      if (!theirs) {
        this.known.delete(key);
      }
      this.conflicts.set(key, { key, mine: this.wiring.track.get(key), theirs });
    }
    if (told.keys_at_odds?.length) {
      this.wiring.onConflicts(Array.from(this.conflicts.values()), told);
    }
  }

  /** One of two for a line that two people changed. */
  settle(key: string, keep: "mine" | "theirs"): void {
    const conflict = this.conflicts.get(key);
    if (!conflict) {
      return;
    }
    this.conflicts.delete(key);
    if (keep === "theirs") {
      this.dirty.delete(key);
      this.absorbing = true;
      this.wiring.track.absorb(conflict.theirs ? [conflict.theirs] : [], conflict.theirs ? [] : [key]);
      this.absorbing = false;
    } else {
      this.dirty.add(key);
    }
    this.keep();
    this.wiring.onConflicts(Array.from(this.conflicts.values()), null);
    void this.flush();
  }

  /** Forget what is kept in this browser: it has found another place. */
  forget(): void {
    this.dirty.clear();
    this.batch = null;
    this.wiring.store.write(null);
  }

  private keep(): void {
    const { track, store } = this.wiring;
    if (this.clean) {
      store.write(null);
      return;
    }
    const keys = new Set([...Array.from(this.dirty), ...Array.from(this.conflicts.keys())]);
    store.write({
      revision: this.revision,
      dirty: Array.from(keys).map((key) => [key, track.get(key)]),
      batch: this.batch,
      odds: Array.from(this.conflicts.keys()),
      at: Date.now(),
    });
  }

  private tell(state: State, told: Told | null): void {
    this.state = state;
    this.wiring.onState(state, told);
  }
}

/** Whether the server would take the line: words, and an end after its start. */
export function isWhole(line: Line): boolean {
  return line.text.trim() !== "" && line.end > line.start && line.start >= 0 && line.text.length <= 500;
}
