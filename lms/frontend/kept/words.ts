// What pages and the service worker call the same.

/** Beneath it lies what this phone has kept; the service worker answers it, and no other address but pages. */
export const ROOT = "/learn/kept/";
/** Under these names of ROOT lie the pages of the frame. */
export const LIST = "";
export const OFFLINE = "offline/";
export const SCREENING = "screening/";
export const QUIZ = "quiz/";
export const FILM = "lesson.mp4";
/** A cache for each version of the frame. RETIRED in lms/worker.py clears them away. */
export const FRAMES = "tianjian-frame-";
/** Where the server says what belongs to the frame. */
export const FRAME = `${ROOT}frame/`;
/** A page asks the worker to keep the frame as it is now, and is told whether it is there. */
export const LOOK = "look-at-frame";
/** A worker tells its successor that a page has changed, which may have been the one that it waits for. */
export const GIVE_WAY = "give-way";

/** A helper's page of a screening, and the one on which she ticks people: what stands between is its code. */
export function screeningOf(path: string): string | null {
  return /^\/learn\/screenings\/(?!mine\/|attend\/)([\w-]+)\/(?:people\/)?$/.exec(path)?.[1] ?? null;
}

export const addressOf = (lesson: number): string => `${ROOT}${lesson}/`;

/** The lesson and the name of a part, for an address beneath that of a kept lesson. */
export function partOf(path: string): { lesson: number; name: string } | null {
  const found = /^\/learn\/kept\/(\d+)\/(.*)$/.exec(path);
  return found ? { lesson: Number(found[1]), name: decodeURI(found[2] as string) } : null;
}
