// The changing code: which of the codes is shown now, and its squares as the path of an SVG. Needs no page.

/** One code as the server packs it: its width in squares, and one bit for each square in base64. */
export type Packed = [number, string];

export interface Codes {
  first: number;
  since_doors_ms: number;
  every_ms: number;
  codes: Packed[];
}

/** The code of this moment, `passed` milliseconds after the server made them; null once there is none any more. */
export function codeAt(made: Codes, passed: number): Packed | null {
  const step = Math.floor((made.since_doors_ms + passed) / made.every_ms);
  return made.codes[step - made.first] ?? null;
}

/** The dark squares, one stroke for each run. */
export function path([size, packed]: Packed): string {
  const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
  const isDark = (at: number): boolean => (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) === 1;
  let drawn = "";
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      let run = x;
      while (run < size && isDark(y * size + run)) {
        run += 1;
      }
      if (run > x) {
        drawn += `M${x} ${y}h${run - x}v1h-${run - x}z`;
        x = run;
      }
    }
  }
  return drawn;
}

/** 0:07, 12:05, 1:02:03. */
export function clock(seconds: number): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
