// The few pages that a phone has without network whatever it has kept: the list of kept lessons, and a page that says that
// there is no network. Each version has a cache of its own; one that a window may still use stays until it is closed.
import { FRAME, FRAMES, LIST, ROOT } from "../kept/words.ts";

interface Told {
  version: string;
  parts: { name: string; address: string }[];
}

const isFrame = (name: string): boolean => name.startsWith(FRAMES);

/** Keep the frame as it is now; what is kept already is not fetched. Fails without network, and keeps nothing half. */
export async function keepFrame(scope: ServiceWorkerGlobalScope): Promise<void> {
  const response = await fetch(FRAME, { cache: "no-store" });
  if (!response.ok) {
    throw new Error(String(response.status));
  }
  const { version, parts } = (await response.json()) as Told;
  const name = FRAMES + version;
  if (!(await caches.has(name))) {
    const got = await Promise.all(
      parts.map(async (part) => {
        const answer = await fetch(part.address);
        if (!answer.ok || answer.redirected) {
          throw new Error(`${part.address}: ${answer.status}`);
        }
        return { name: part.name, answer };
      }),
    );
    const cache = await caches.open(name);
    try {
      await Promise.all(got.map((part) => cache.put(ROOT + part.name, part.answer)));
    } catch (error) {
      await caches.delete(name);
      throw error;
    }
  }
  await dropOthers(scope, name);
}

/** Earlier frames go once no window shows a page that may still load something of them. */
async function dropOthers(scope: ServiceWorkerGlobalScope, current: string): Promise<void> {
  const windows = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!windows.some(({ url }) => new URL(url).pathname.startsWith(ROOT))) {
    const others = (await caches.keys()).filter((name) => isFrame(name) && name !== current);
    await Promise.all(others.map((name) => caches.delete(name)));
  }
}

/** A page or a file of the newest frame that has it. */
export async function ofFrame(name = LIST): Promise<Response | undefined> {
  for (const cache of (await caches.keys()).filter(isFrame).reverse()) {
    const found = await (await caches.open(cache)).match(ROOT + name);
    if (found) {
      return found;
    }
  }
  return undefined;
}
