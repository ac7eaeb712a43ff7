// What a lesson may ask of the network: nothing that nobody watches, and the sound before the picture where it is bad.

interface Connection {
  readonly saveData?: boolean;
  readonly effectiveType?: string;
}

/** Told by the browser where it tells at all; without it the first segment shows what the network carries. */
const TOO_SLOW_FOR_A_PICTURE = ["slow-2g", "2g"];

function connection(): Connection {
  return (navigator as { connection?: Connection }).connection ?? {};
}

/** Whether the person asked for it: in the settings here, which the page says, or in those of the phone. */
export function savesData(): boolean {
  return "saving" in document.documentElement.dataset || connection().saveData === true || matchMedia("(prefers-reduced-data: reduce)").matches;
}

/** Why the sound should come first, as the name of the sentence that says so; null where the picture may come. */
export function soundFirst(): "soundFirst" | "soundFirstSaving" | null {
  if (savesData()) {
    return "soundFirstSaving";
  }
  return TOO_SLOW_FOR_A_PICTURE.includes(connection().effectiveType ?? "") ? "soundFirst" : null;
}

/** Whether a segment came so slowly that the picture would stand still again and again. */
export function isTooSlow(loadedMs: number, segmentSeconds: number): boolean {
  return loadedMs > segmentSeconds * 1500;
}
