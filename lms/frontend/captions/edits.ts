// What can be done to lines, as changes: nothing here touches the page.
import type { Change, Line, Track } from "./track.ts";
import { width } from "./measure.ts";

const SHORTEST_MS = 100;
const NEW_LINE_MS = 2000;

/** Eleven characters, as the server names lines. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return btoa(String.fromCharCode(...Array.from(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

function changed(before: Line, after: Partial<Line>): Change {
  return { key: before.key, before, after: { ...before, ...after } };
}

export function retext(track: Track, key: string, text: string): Change[] {
  const line = track.get(key);
  return line && line.text !== text ? [{ key, before: line, after: track.reworded(line, text) }] : [];
}

export function settle(track: Track, key: string, settled: boolean): Change[] {
  const line = track.get(key);
  return line && line.settled !== settled ? [changed(line, { settled })] : [];
}

/** New times; an end before the start moves along. */
export function retime(track: Track, key: string, times: { start?: number; end?: number }): Change[] {
  const line = track.get(key);
  if (!line) {
    return [];
  }
  let { start, end } = { ...line, ...times };
  start = Math.max(0, Math.round(start));
  end = Math.round(end);
  if (end - start < SHORTEST_MS) {
    if (times.end === undefined) {
      end = start + Math.max(SHORTEST_MS, line.end - line.start);
    } else {
      start = Math.max(0, end - SHORTEST_MS);
      end = Math.max(end, start + SHORTEST_MS);
    }
  }
  return start === line.start && end === line.end ? [] : [changed(line, { start, end })];
}

/** In two at `at` (a place in the words); the time is shared by the room that the words take. Doubts go with both. */
export function split(track: Track, key: string, at: number): { changes: Change[]; made: string } | null {
  const line = track.get(key);
  if (!line) {
    return null;
  }
  const place = at > 0 && at < line.text.length ? at : Math.ceil(line.text.length / 2);
  const [head, rest] = [line.text.slice(0, place).trim(), line.text.slice(place).trim()];
  if (!head || !rest || line.end - line.start < 2 * SHORTEST_MS) {
    return null;
  }
  const share = width(head) / (width(head) + width(rest));
  const middle = Math.round(line.start + Math.min(Math.max((line.end - line.start) * share, SHORTEST_MS), line.end - line.start - SHORTEST_MS));
  const made: Line = { ...line, key: newKey(), start: middle, text: rest, confidence: null, heard: null };
  const changes = [
    changed(line, { end: middle, text: head, confidence: null, heard: line.heard ?? line.text }),
    { key: made.key, before: null, after: made },
  ];
  return { changes, made: made.key };
}

/** With the line after it, words and doubts together. */
export function merge(track: Track, key: string): Change[] {
  const line = track.get(key);
  const next = track.lines[track.place(key) + 1];
  if (!line || !next) {
    return [];
  }
  const blank = /[\w,.;!?]$/.test(line.text) && /^\w/.test(next.text) ? " " : "";
  const flags = line.flags.concat(next.flags.filter((flag) => !line.flags.includes(flag)));
  const doubtful = (line.flags.length > 0 && !line.settled) || (next.flags.length > 0 && !next.settled);
  return [
    changed(line, {
      end: Math.max(line.end, next.end),
      text: line.text + blank + next.text,
      flags,
      settled: flags.length > 0 && !doubtful,
      confidence: null,
      heard: line.heard ?? line.text,
    }),
    { key: next.key, before: next, after: null },
  ];
}

/** An empty line after this one, or at a moment where there is none. */
export function add(track: Track, key: string | null, at: number): { changes: Change[]; made: string } {
  const line = key ? track.get(key) : null;
  const start = line ? line.end : Math.round(at);
  const next = track.lines.find((other) => other.start >= start && other.key !== key);
  const end = next && next.start - start >= 500 ? Math.min(next.start, start + NEW_LINE_MS) : start + NEW_LINE_MS;
  const made: Line = { key: newKey(), start, end, text: "", settled: false, flags: [], confidence: null, heard: null };
  return { changes: [{ key: made.key, before: null, after: made }], made: made.key };
}

export function remove(track: Track, key: string): Change[] {
  const line = track.get(key);
  return line ? [{ key, before: line, after: null }] : [];
}

export type Scope = "line" | "rest" | "all";

/** Earlier or later by so many milliseconds; nothing begins before the recording does. */
export function shift(track: Track, key: string | null, scope: Scope, ms: number): Change[] {
  const from = key ? track.place(key) : -1;
  if (scope !== "all" && from < 0) {
    return [];
  }
  const chosen = scope === "all" ? track.lines : track.lines.slice(from, scope === "line" ? from + 1 : undefined);
  const first = chosen[0];
  const by = first ? Math.max(Math.round(ms), -first.start) : 0;
  return by ? chosen.map((line) => changed(line, { start: line.start + by, end: line.end + by })) : [];
}

export interface Found {
  /** How often the words were found, and in which lines. */
  times: number;
  keys: string[];
}

/** Where the words stand; small and capital letters are the same. */
export function find(track: Track, words: string): Found {
  const found: Found = { times: 0, keys: [] };
  if (!words) {
    return found;
  }
  const pattern = literal(words);
  for (const line of track.lines) {
    const times = (line.text.match(pattern) ?? []).length;
    if (times) {
      found.times += times;
      found.keys.push(line.key);
    }
  }
  return found;
}

/** Put other words in their place, in one line or in all. */
export function replace(track: Track, words: string, by: string, key: string | null = null): Change[] {
  if (!words) {
    return [];
  }
  const pattern = literal(words);
  const lines = key ? track.lines.filter((line) => line.key === key) : track.lines;
  return lines.flatMap((line) => retext(track, line.key, line.text.replace(pattern, () => by)));
}

function literal(words: string): RegExp {
  return new RegExp(words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gi");
}
