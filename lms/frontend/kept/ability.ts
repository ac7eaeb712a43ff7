// What this phone's browser can do for lessons without network, and how it is said where it cannot.
import { DatabaseLessons } from "./lessons.ts";
import { LOOK, ROOT } from "./words.ts";

/** `webview`: the browser within WeChat or QQ. `browser`: one that lacks what it takes. `storage`: one that keeps nothing now. */
export type Inability = "webview" | "browser" | "storage";

/** What is asked is what the phone can do; its name decides the words alone. */
export async function inability(): Promise<Inability | null> {
  const isAble = isSecureContext && "serviceWorker" in navigator && "caches" in window && "indexedDB" in window && "ReadableStream" in window;
  if (!isAble) {
    return /MicroMessenger|QQ\//i.test(navigator.userAgent) ? "webview" : "browser";
  }
  try {
    (await DatabaseLessons.open()).close();
    return null;
  } catch {
    return "storage";
  }
}

/** Shows the section that explains it, and the name of this page, which is to be opened elsewhere. */
export function explain(root: HTMLElement, why: Inability): void {
  const section = root.querySelector<HTMLElement>("[data-unable]");
  if (section) {
    section.hidden = false;
    section.querySelectorAll<HTMLElement>("[data-unable-why]").forEach((each) => (each.hidden = each.dataset.unableWhy !== why));
    section.querySelectorAll<HTMLElement>("[data-address]").forEach((each) => (each.textContent = location.href.split("#")[0] ?? ""));
  }
}

/** The worker at work; fails where the browser does not let it be. One that waits for ever is none. */
export async function worker(address: string): Promise<ServiceWorker> {
  const registration = await navigator.serviceWorker.register(address);
  if (registration.active) {
    return registration.active;
  }
  const late = new Promise<never>((_, reject) => window.setTimeout(() => reject(new Error("no worker")), 30_000));
  const ready = await Promise.race([navigator.serviceWorker.ready, late]);
  if (!ready.active) {
    throw new Error(`No worker for ${ROOT}`);
  }
  return ready.active;
}

const FRAME_MS = 20_000;

/** Whether the worker has the pages that it shows by itself, as they are now. */
export function frameKept(active: ServiceWorker): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<boolean>) => resolve(data);
    window.setTimeout(() => resolve(false), FRAME_MS);
    active.postMessage({ kind: LOOK }, [port2]);
  });
}
