// Timing lines by hand: while the film plays, a key held down marks from when to when each line is spoken, one line
// after the other. A short tap marks the beginning alone; the next one ends the line before.
import type { Change, Line, Track } from "./track.ts";

const HOLD_MS = 250;
const SHORTEST_MS = 100;

export class Tapper {
  private keys: string[] = [];
  private next = 0;
  private open: { key: string; start: number; held: boolean } | null = null;
  private name = "";
  private static runs = 0;

  constructor(private readonly track: Track) {}

  get active(): boolean {
    return this.keys.length > 0;
  }

  /** The line that the next press begins; null after the last. */
  get upcoming(): string | null {
    return this.keys[this.next] ?? null;
  }

  begin(key: string | null): void {
    const from = key ? Math.max(0, this.track.place(key)) : 0;
    this.keys = this.track.lines.slice(from).map((line) => line.key);
    this.next = 0;
    this.open = null;
    this.name = `tap ${(Tapper.runs += 1)}`;
  }

  stop(): void {
    this.keys = [];
    this.open = null;
  }

  down(now: number): void {
    const key = this.upcoming;
    const line = key ? this.track.get(key) : null;
    if (!key || !line || this.open?.held) {
      return;
    }
    if (this.open) {
      this.close(now);
    }
    this.next += 1;
    this.open = { key, start: now, held: true };
    this.set(line, now, now + (line.end - line.start));
  }

  up(now: number): void {
    if (!this.open?.held) {
      return;
    }
    this.open.held = false;
    if (now - this.open.start >= HOLD_MS) {
      this.close(now);
    }
  }

  private close(now: number): void {
    const line = this.open && this.track.get(this.open.key);
    this.open = null;
    if (line) {
      this.set(line, line.start, Math.max(now, line.start + SHORTEST_MS));
    }
  }

  /** The lines still to come make room, in their order. */
  private set(line: Line, start: number, end: number): void {
    const changes: Change[] = [{ key: line.key, before: line, after: { ...line, start: Math.round(start), end: Math.round(end) } }];
    const rest = this.keys.slice(this.next).flatMap((key) => this.track.get(key) ?? []);
    const by = rest[0] ? Math.round(end) - rest[0].start : 0;
    if (by > 0) {
      rest.forEach((other) => changes.push({ key: other.key, before: other, after: { ...other, start: other.start + by, end: other.end + by } }));
    }
    this.track.change(changes, this.name);
  }
}
