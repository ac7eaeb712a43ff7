// Reports wait here until the server has answered them. IndexedDB, else localStorage, else memory: a phone that grants
// none of them still reports while the page is open.
import type { Stretch } from "./stretches.ts";

export interface Report {
  session: string;
  number: number;
  /** The page of the lesson, by which a later visit knows its own. */
  lesson: number;
  stretches: Stretch[];
  /** When it was written down, in ms by the phone's clock, which may be wrong: for the order alone. */
  at: number;
  /** Written while it plays on, for the case that the page is killed; the same number is written again when it is whole. */
  open?: boolean;
  /** What was left over when another page had sent this number before it was whole. */
  rest?: boolean;
}

export interface Store {
  put(report: Report): Promise<void>;
  all(): Promise<Report[]>;
  remove(report: Report): Promise<void>;
}

/** More than months of watching without a network. Nothing is forgotten by its age: phone clocks are set wrong. */
const MOST_KEPT = 5000;
const DATABASE = "tianjian";
const TABLE = "reports";
const PREFIX = "tianjian.report.";

export function inOrder(reports: Report[]): Report[] {
  return reports.sort((a, b) => a.at - b.at || a.number - b.number);
}

function settle<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

class DatabaseStore implements Store {
  constructor(private readonly database: IDBDatabase) {}

  static async open(): Promise<DatabaseStore> {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: ["session", "number"] });
    return new DatabaseStore(await settle(request));
  }

  private table(mode: IDBTransactionMode): IDBObjectStore {
    return this.database.transaction(TABLE, mode).objectStore(TABLE);
  }

  async put(report: Report): Promise<void> {
    await settle(this.table("readwrite").put(report));
  }

  async all(): Promise<Report[]> {
    return inOrder((await settle(this.table("readonly").getAll())) as Report[]);
  }

  async remove(report: Report): Promise<void> {
    await settle(this.table("readwrite").delete([report.session, report.number]));
  }
}

class LocalStore implements Store {
  async put(report: Report): Promise<void> {
    localStorage.setItem(`${PREFIX}${report.session}.${report.number}`, JSON.stringify(report));
  }

  async all(): Promise<Report[]> {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    return inOrder(keys.map((key) => JSON.parse(localStorage.getItem(key) ?? "null") as Report).filter(Boolean));
  }

  async remove(report: Report): Promise<void> {
    localStorage.removeItem(`${PREFIX}${report.session}.${report.number}`);
  }
}

export class MemoryStore implements Store {
  private readonly reports = new Map<string, Report>();

  async put(report: Report): Promise<void> {
    this.reports.set(`${report.session}.${report.number}`, report);
  }

  async all(): Promise<Report[]> {
    return inOrder([...this.reports.values()]);
  }

  async remove(report: Report): Promise<void> {
    this.reports.delete(`${report.session}.${report.number}`);
  }
}

/** The best store that this phone offers. */
export async function openStore(): Promise<Store> {
  for (const open of [() => DatabaseStore.open(), async () => new LocalStore()]) {
    try {
      const store = await open();
      for (const report of (await store.all()).slice(0, -MOST_KEPT)) {
        await store.remove(report);
      }
      return store;
    } catch {
      // Private mode, a full disk, a WebView without it: the next one.
    }
  }
  return new MemoryStore();
}
