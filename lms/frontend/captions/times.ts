// Times of captions as people read and write them.

/** Milliseconds of 01:02.500, of 62.5 as well; NaN for anything else. */
export function readTime(text: string): number {
  const plain = text.trim().replace(/：/g, ":").replace(/[，。,]/g, ".");
  if (!/^\d+(:\d{1,2}){0,2}(\.\d*)?$/.test(plain)) {
    return NaN;
  }
  return Math.round(plain.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) * 1000);
}

/** 01:02.500; with hours only where there are any. */
export function writeTime(ms: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(ms / 3_600_000);
  const rest = `${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1000) % 60)}.${String(ms % 1000).padStart(3, "0")}`;
  return hours ? `${two(hours)}:${rest}` : rest;
}
