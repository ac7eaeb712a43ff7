// Room on the phone: looked at before anything is paid for.

/** Some more than the film itself: what shows it, and what the browser needs to write it down. */
const BESIDE_BYTES = 2_000_000;
const MORE = 1.05;

/** What is free in bytes; null where the browser does not tell. */
export async function free(): Promise<number | null> {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined ? null : Math.max(0, quota - (usage ?? 0));
  } catch {
    return null;
  }
}

export async function hasRoomFor(bytes: number): Promise<boolean> {
  const left = await free();
  return left === null || left >= bytes * MORE + BESIDE_BYTES;
}

/** What all of it takes, as far as the browser tells. */
export async function used(): Promise<number | null> {
  try {
    return (await navigator.storage.estimate()).usage ?? null;
  } catch {
    return null;
  }
}

/** Ask that it is not thrown away when room gets scarce; most browsers decide by themselves. */
export async function askToStay(): Promise<void> {
  try {
    await navigator.storage.persist();
  } catch {
    // It stays as long as there is room.
  }
}

/** As people know it from their data plan, rounded up, as the server says it. */
export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)}\u00a0MB`;
}

/** A day and an hour by this phone's clock. */
export function moment(at: number): string {
  return new Intl.DateTimeFormat(document.documentElement.lang || "zh-Hans", {
    month: "long",
    day: "numeric",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  }).format(at);
}

/** A sentence with its gaps filled: {size} and the like. */
export function filled(sentence: string, gaps: Record<string, string>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => gaps[name] ?? whole);
}
