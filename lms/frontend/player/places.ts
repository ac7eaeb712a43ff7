// The place reached in a lesson by somebody who is not signed in; handed over once after signing in. No credit follows.

export interface Place {
  lesson: number;
  position: number;
}

const KEY = "tianjian.places";
const KEPT = 50;

export function readPlaces(): Place[] {
  try {
    const places: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(places) ? (places as Place[]) : [];
  } catch {
    return [];
  }
}

export function placeIn(lesson: number): number {
  return readPlaces().find((place) => place.lesson === lesson)?.position ?? 0;
}

export function keepPlace(lesson: number, position: number): void {
  const others = readPlaces().filter((place) => place.lesson !== lesson);
  try {
    localStorage.setItem(KEY, JSON.stringify([{ lesson, position: Math.floor(position) }, ...others].slice(0, KEPT)));
  } catch {
    // No storage: the place is lost with the page, nothing else.
  }
}

export function forgetPlaces(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

/** The second that #t=83 names, within a film of this length (s; 0: not known); null where it names none. */
export function askedFor(hash: string, seconds: number): number | null {
  const asked = /^#t=(\d{1,6})$/.exec(hash);
  const second = asked ? Number(asked[1]) : null;
  return second !== null && (!seconds || second < seconds) ? second : null;
}

/** 1:23, or 1:02:03. */
export function clock(seconds: number): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
