// Where a page keeps its reports: IndexedDB, else localStorage, else memory. A phone that grants none of them still
// reports while the page is open.
import { DatabaseStore, inOrder, MemoryStore, type Report, saysTheSame, type Store } from "./outbox.ts";

/** More than months of watching without a network. Nothing is forgotten by its age: phone clocks are set wrong. */
const MOST_KEPT = 5000;
const PREFIX = "tianjian.report.";

class LocalStore implements Store {
  private read(key: string): Report | null {
    return JSON.parse(localStorage.getItem(key) ?? "null") as Report | null;
  }

  async put(report: Report): Promise<void> {
    localStorage.setItem(`${PREFIX}${report.session}.${report.number}`, JSON.stringify(report));
  }

  async all(): Promise<Report[]> {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    return inOrder(keys.map((key) => this.read(key)).filter((report) => report !== null));
  }

  async remove(report: Report): Promise<void> {
    const key = `${PREFIX}${report.session}.${report.number}`;
    const kept = this.read(key);
    if (kept && saysTheSame(kept, report)) {
      localStorage.removeItem(key);
    }
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
