// The lines of a draft in order of time, and every change to them as a step that can be taken back.

export interface Line {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly settled: boolean;
  readonly flags: readonly string[];
  /** 0 to 1 as the recogniser held it; null where a person wrote the words. */
  readonly confidence: number | null;
  /** What the machine heard, where a person wrote something else. */
  readonly heard: string | null;
  /** What the glossary put right, as sentences; the desk is told and never sends it. */
  readonly corrected?: readonly string[];
}

/** A line as it was and as it becomes: null before it exists, null when it is gone. */
export interface Change {
  readonly key: string;
  readonly before: Line | null;
  readonly after: Line | null;
}

interface Step {
  changes: Change[];
  /** Steps of the same name that follow closely are one step to the person: typing in one line. */
  name: string;
  at: number;
}

export type Listener = (keys: readonly string[], placed: boolean) => void;

const TYPING_PAUSE_MS = 1500;
const STEPS_KEPT = 500;

export function inOrder(a: Line, b: Line): number {
  return a.start - b.start || a.end - b.end;
}

/** Whether a person must look at the line before it may be approved. */
export function isDoubtful(line: Line): boolean {
  return line.flags.length > 0 && !line.settled;
}

/** Two steps as one: from before the first to after the second. */
function together(first: readonly Change[], second: readonly Change[]): Change[] {
  const changes = new Map(first.map((change) => [change.key, change]));
  for (const change of second) {
    changes.set(change.key, { ...change, before: (changes.get(change.key) ?? change).before });
  }
  return Array.from(changes.values());
}

export class Track {
  lines: Line[] = [];
  private readonly places = new Map<string, number>();
  private readonly machine = new Map<string, Line>();
  private done: Step[] = [];
  private undone: Step[] = [];
  private readonly listeners: Listener[] = [];

  constructor(private readonly now: () => number = () => Date.now()) {}

  listen(listener: Listener): void {
    this.listeners.push(listener);
  }

  get(key: string): Line | null {
    const place = this.places.get(key);
    return place === undefined ? null : (this.lines[place] ?? null);
  }

  place(key: string): number {
    return this.places.get(key) ?? -1;
  }

  /** The line spoken at this moment, else the last one before it; -1 before the first. */
  placeAt(ms: number): number {
    let low = 0;
    let high = this.lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.lines[middle] as Line).start <= ms) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /** The line that is on screen at this moment. */
  shownAt(ms: number): Line | null {
    const line = this.lines[this.placeAt(ms)];
    return line && ms < line.end ? line : null;
  }

  /** A line with other words: what the machine thought goes with its words, and comes back with them. */
  reworded(line: Line, text: string): Line {
    const machine = this.machine.get(line.key);
    if (machine && machine.text === text) {
      return { ...line, text, flags: machine.flags, confidence: machine.confidence, settled: false, heard: null };
    }
    const heard = machine?.text ?? line.heard;
    return { ...line, text, flags: [], confidence: null, settled: false, heard, corrected: [] };
  }

  /** Make changes that can be undone. */
  change(changes: readonly Change[], name: string): void {
    const real = changes.filter(({ before, after }) => before !== after);
    if (!real.length) {
      return;
    }
    const last = this.done[this.done.length - 1];
    const at = this.now();
    const goesOn = name.startsWith("tap") || (name.startsWith("type") && last !== undefined && at - last.at < TYPING_PAUSE_MS);
    if (last && last.name === name && goesOn) {
      last.changes = together(last.changes, real);
      last.at = at;
    } else {
      this.done.push({ changes: [...real], name, at });
      this.done.splice(0, this.done.length - STEPS_KEPT);
    }
    this.undone = [];
    this.put(real);
  }

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  /** Take the last step back; the key of a line it touched. */
  undo(): string | null {
    const step = this.done.pop();
    if (!step) {
      return null;
    }
    this.undone.push(step);
    this.put(step.changes.map(({ key, before, after }) => ({ key, before: after, after: before })));
    return step.changes[0]?.key ?? null;
  }

  redo(): string | null {
    const step = this.undone.pop();
    if (!step) {
      return null;
    }
    this.done.push({ ...step, at: 0 });
    this.put(step.changes);
    return step.changes[0]?.key ?? null;
  }

  /** Lines as the server has them, and keys that are gone: not ours to undo. */
  absorb(lines: readonly Line[], gone: readonly string[] = []): void {
    for (const line of lines) {
      if (line.flags.length || line.confidence !== null) {
        this.machine.set(line.key, line);
      }
    }
    this.put([
      ...lines.map((line) => ({ key: line.key, before: this.get(line.key), after: line })),
      ...gone.map((key) => ({ key, before: this.get(key), after: null })),
    ]);
  }

  private put(changes: readonly Change[]): void {
    let placed = false;
    const added: Line[] = [];
    const taken = new Set<number>();
    for (const { key, after } of changes) {
      const place = this.places.get(key);
      if (place === undefined) {
        if (after) {
          added.push(after);
        }
      } else if (!after) {
        taken.add(place);
      } else {
        const former = this.lines[place] as Line;
        placed ||= former.start !== after.start || former.end !== after.end;
        this.lines[place] = after;
      }
    }
    placed ||= added.length > 0 || taken.size > 0;
    if (placed) {
      this.lines = this.lines.filter((_line, place) => !taken.has(place)).concat(added).sort(inOrder);
      this.places.clear();
      this.lines.forEach((line, place) => this.places.set(line.key, place));
    }
    const keys = changes.map(({ key }) => key);
    this.listeners.forEach((listener) => listener(keys, placed));
  }
}
