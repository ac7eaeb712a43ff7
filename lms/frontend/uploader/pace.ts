// How fast it goes: bytes that arrived within the last seconds, not since the beginning.

const WINDOW_MS = 8000;

export class Pace {
  private marks: [number, number][] = [];

  /** `bytes` have gone out by `now` (ms). After a break the count begins anew. */
  add(bytes: number, now: number): void {
    const last = this.marks[this.marks.length - 1];
    if (last && (bytes < last[1] || now - last[0] > WINDOW_MS)) {
      this.marks = [];
    }
    this.marks.push([now, bytes]);
    while (this.marks.length > 2 && now - (this.marks[0]?.[0] ?? now) > WINDOW_MS) {
      this.marks.shift();
    }
  }

  forget(): void {
    this.marks = [];
  }

  /** Bytes a second; null until two seconds were seen. */
  get speed(): number | null {
    const first = this.marks[0];
    const last = this.marks[this.marks.length - 1];
    if (!first || !last || last[0] - first[0] < 2000) {
      return null;
    }
    return ((last[1] - first[1]) * 1000) / (last[0] - first[0]);
  }
}

/** 12.4 MB, counted as the server counts. */
export function sizeText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 100 && unit > 1 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ""}`;
}

/** The next piece should take about `aim` seconds: little is lost when the line breaks, and few requests are made. */
export function pieceSize(speed: number | null, aim = 6): number {
  const least = 256 << 10;
  const most = 8 << 20;
  return Math.min(Math.max(Math.round((speed ?? least / aim) * aim), least), most);
}
