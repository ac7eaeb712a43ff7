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
