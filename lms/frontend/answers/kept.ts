// Answers to a quiz wait here until the server has taken them, on the disk alone: where this phone keeps nothing, the
// page says so. No key is ever among them; it never came to the phone. The contract stands in lms/docs/watch-reports.md.
import { Table } from "../table.ts";

export interface Kept {
  /** The sitting it belongs to. Only whoever opened it can hand it in. */
  sitting: string;
  address: string;
  /** Signed by the server: when the questions were sent. */
  shown: string;
  fields: Record<string, string[]>;
  /** When it was answered without network, in ms by the phone's clock; absent where there was one and it was of no use. */
  notedAt?: number;
  /** Why the server did not take it: shown until somebody has read it. */
  refused?: { text: string; close: string };
}

export interface KeptStore {
  put(kept: Kept): Promise<void>;
  all(): Promise<Kept[]>;
  remove(sitting: string): Promise<void>;
}

const DATABASE = "tianjian-answers";
const TABLE = "answers";
const PREFIX = "tianjian.answers.";
const HINT = "tianjian.answers";

class LocalStore implements KeptStore {
  async put(kept: Kept): Promise<void> {
    localStorage.setItem(PREFIX + kept.sitting, JSON.stringify(kept));
  }

  async all(): Promise<Kept[]> {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    return keys.map((key) => JSON.parse(localStorage.getItem(key) ?? "null") as Kept).filter(Boolean);
  }

  async remove(sitting: string): Promise<void> {
    localStorage.removeItem(PREFIX + sitting);
  }
}

/** What this phone has to keep answers in; null where it keeps nothing. */
export async function openKept(): Promise<KeptStore | null> {
  for (const open of [() => Table.open<Kept>(DATABASE, TABLE, "sitting"), async () => new LocalStore()]) {
    try {
      const store: KeptStore = await open();
      await store.all();
      return store;
    } catch {
      // Private mode, a full disk, a WebView without it: the next one.
    }
  }
  return null;
}

/** Whether something may wait, so that most pages need not look. */
export function mayWait(): boolean {
  try {
    return localStorage.getItem(HINT) !== null;
  } catch {
    return true;
  }
}

export function setHint(waits: boolean): void {
  try {
    if (waits) {
      localStorage.setItem(HINT, "1");
    } else {
      localStorage.removeItem(HINT);
    }
  } catch {
    // Then every page looks.
  }
}
