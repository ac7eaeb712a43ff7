// What waits when the page is gone is left to the service worker, where the phone has one that wakes by itself; elsewhere
// nothing changes, and the next visit sends it.
import { MESSAGE, TAG } from "../worker/words.ts";
import type { Report } from "./outbox.ts";
import type { Receipt } from "./reporter.ts";

interface Waking extends ServiceWorkerRegistration {
  readonly sync?: { register(tag: string): Promise<void> };
  readonly periodicSync?: { register(tag: string, options: { minInterval: number }): Promise<void> };
}

export interface SentElsewhere {
  report: Report;
  receipt: Receipt;
}

const HALF_A_DAY_MS = 12 * 3600 * 1000;
/** Playing comes first: the worker is fetched when the phone has nothing better to do, or after so long. */
const SETTLED_MS = 5000;
/** On a bad network it may not come at once; on a phone that does not let us it never does. */
const MOST_TRIES = 3;

export class Handover {
  private registration: Waking | undefined;
  private tries = 0;
  private isTrying = false;
  private isSettled = false;

  /** `address` is empty where the site has no worker; `onSent` hears what it sent while this page was open. */
  constructor(
    private readonly address: string,
    onSent: (sent: SentElsewhere[]) => void,
  ) {
    if (this.isOffered) {
      navigator.serviceWorker.addEventListener("message", ({ data }: MessageEvent<{ kind?: string; receipts?: SentElsewhere[] }>) => {
        if (data.kind === MESSAGE) {
          onSent(data.receipts ?? []);
        }
      });
      // One of an earlier visit is there at once, and without network.
      navigator.serviceWorker.getRegistration().then((found) => (this.registration ??= found), () => undefined);
    }
  }

  private get isOffered(): boolean {
    return this.address !== "" && isSecureContext && "serviceWorker" in navigator && "SyncManager" in window;
  }

  /** Playing and reporting go well: fetch the worker when it is in nobody's way. */
  settle(): void {
    if (this.isOffered && !this.isSettled && !this.isTrying && this.tries < MOST_TRIES) {
      this.isTrying = true;
      this.tries += 1;
      const register = (): void => void this.register();
      if ("requestIdleCallback" in window) {
        requestIdleCallback(register, { timeout: SETTLED_MS });
      } else {
        setTimeout(register, SETTLED_MS);
      }
    }
  }

  private async register(): Promise<void> {
    try {
      this.registration ??= await navigator.serviceWorker.register(this.address);
      this.isSettled = true;
      // Where the site stands on the home screen: also long after the browser has given up trying.
      await this.registration?.periodicSync?.register(TAG, { minInterval: HALF_A_DAY_MS });
    } catch {
      // A browser that does not let us, or no network just now: the next receipt tries again, or the next visit.
    } finally {
      this.isTrying = false;
    }
  }

  /** Something waits, or may: have it sent once there is a network. */
  ask(): void {
    this.registration?.sync?.register(TAG).catch(() => undefined);
  }
}
