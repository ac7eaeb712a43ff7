// What this phone should have, in a few words, where every page can look at once: a browser that throws away what was kept
// leaves them behind, and so that is noticed. And what became of lessons that are gone, until somebody has read it.

export interface Named {
  lesson: number;
  title: string;
}

/** `over`: the days were over. `withdrawn`: it may not be played any more. `thrown`: the browser threw it away. */
export type Why = "over" | "withdrawn" | "thrown";

export interface Gone extends Named {
  why: Why;
}

/** site.ts looks for it by name. */
const KEPT = "tianjian.lessons";
const GONE = "tianjian.lessons.gone";
const PLACE = "tianjian.lessons.place.";
const MOST_TOLD = 20;

export function read<T>(key: string): T[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(found) ? (found as T[]) : [];
  } catch {
    return [];
  }
}

export function write(key: string, rows: readonly unknown[]): void {
  try {
    if (rows.length) {
      localStorage.setItem(key, JSON.stringify(rows));
    } else {
      localStorage.removeItem(key);
    }
  } catch {
    // Then nobody notices; what is kept plays all the same.
  }
}

export const named = (): Named[] => read<Named>(KEPT);
export const gone = (): Gone[] => read<Gone>(GONE);

export function name(lesson: number, title: string): void {
  write(KEPT, [...named().filter((each) => each.lesson !== lesson), { lesson, title }]);
}

export function unname(lesson: number): void {
  write(KEPT, named().filter((each) => each.lesson !== lesson));
  try {
    localStorage.removeItem(PLACE + lesson);
  } catch {
    // Nothing was kept.
  }
}

/** The second reached without network. */
export function placeIn(lesson: number): number {
  try {
    return Number(localStorage.getItem(PLACE + lesson) ?? 0);
  } catch {
    return 0;
  }
}

export function keepPlace(lesson: number, seconds: number): void {
  try {
    localStorage.setItem(PLACE + lesson, String(seconds));
  } catch {
    // The place is lost with the page, nothing else.
  }
}

/** It is gone; `why` is told where the lessons are listed. */
export function bury(lost: Named, why: Why): void {
  unname(lost.lesson);
  write(GONE, [...gone().filter((each) => each.lesson !== lost.lesson), { lesson: lost.lesson, title: lost.title, why }].slice(-MOST_TOLD));
}

/** Read, or kept anew. */
export function forgetGone(lesson?: number): void {
  write(GONE, lesson === undefined ? [] : gone().filter((each) => each.lesson !== lesson));
}
