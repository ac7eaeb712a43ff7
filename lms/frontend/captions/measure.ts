// How much a caption asks of its reader.
import type { Line } from "./track.ts";

export interface Limits {
  perLine: number;
  lines: number;
  perSecond: number;
  shortestMs: number;
  longestMs: number;
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;
const CHINESE = new Set(["zh", "yue", "nan", "wuu", "hak", "hsn", "gan", "ii", "ko"]);

/** The room a text takes: a Chinese character 1, a Latin letter one half. */
export function width(text: string): number {
  let sum = 0;
  for (const character of text) {
    if (character !== "\n") {
      sum += WIDE.test(character) ? 1 : 0.5;
    }
  }
  return sum;
}

/** Two lines of 16 Chinese or 42 Latin characters, 9 or 20 of them in a second, between 0.8 and 7 seconds. */
export function limitsOf(language: string): Limits {
  const chinese = CHINESE.has(language.split("-")[0] ?? "");
  return { perLine: chinese ? 16 : 21, lines: 2, perSecond: chinese ? 9 : 10, shortestMs: 800, longestMs: 7000 };
}

export type Warning = "fast" | "wide" | "tall" | "short" | "long" | "overlap" | "beyond" | "empty";

export function perSecond(line: Line): number {
  return line.end > line.start ? (width(line.text) * 1000) / (line.end - line.start) : 0;
}

/** What a subtitle editor would mend; `before` is the line above. */
export function warningsOf(line: Line, before: Line | undefined, limits: Limits, lengthMs: number): Warning[] {
  const rows = line.text.split("\n");
  const length = line.end - line.start;
  const found: [boolean, Warning][] = [
    [!line.text.trim(), "empty"],
    [before !== undefined && line.start < before.end, "overlap"],
    [lengthMs > 0 && line.end > lengthMs + 1000, "beyond"],
    [perSecond(line) > limits.perSecond, "fast"],
    [rows.some((row) => width(row) > limits.perLine) && width(line.text) > limits.perLine * limits.lines, "wide"],
    [rows.length > limits.lines, "tall"],
    [length < limits.shortestMs, "short"],
    [length > limits.longestMs, "long"],
  ];
  return found.filter(([holds]) => holds).map(([, warning]) => warning);
}

/** How doubtful the recogniser was: 0 not at all, to 3 very. */
export function degreeOf(confidence: number | null): number {
  if (confidence === null || confidence >= 0.75) {
    return 0;
  }
  return confidence >= 0.6 ? 1 : confidence >= 0.45 ? 2 : 3;
}
