// The few pages that a phone has without network whatever it has kept: the list of kept lessons, and a page that says that
// there is no network. Each version has a cache of its own; one that a window may still use stays until it is closed.
import { FRAME, FRAMES, LIST, ROOT } from "../kept/words.ts";

interface Told {
  version: string;
  parts: { name: string; address: string }[];
}

const isFrame = (name: string): boolean => name.startsWith(FRAMES);

let underway: Promise<void> | null = null;

/** Keep the frame as it is now; what is kept already is not fetched. Fails without network, and keeps nothing half. */
export function keepFrame(scope: ServiceWorkerGlobalScope): Promise<void> {
  underway ??= fetchFrame(scope).finally(() => (underway = null));
  return underway;
}

async function fetchFrame(scope: ServiceWorkerGlobalScope): Promise<void> {
  const response = await fetch(FRAME, { cache: "no-store" });
  if (!response.ok) {
    throw new Error(String(response.status));
  }
  const { version, parts } = (await response.json()) as Told;
  const name = FRAMES + version;
  if (!(await isWhole(name))) {
    // All of it is here before any of it is written: a network that goes in between leaves the earlier frame.
    const got = await Promise.all(
      parts.map(async (part) => {
        const answer = await fetch(part.address);
        if (!answer.ok || answer.redirected) {
          throw new Error(`${part.address}: ${answer.status}`);
        }
        const kept = new Response(await answer.arrayBuffer(), { headers: answer.headers });
        return { name: part.name, kept };
      }),
    );
    const cache = await caches.open(name);
    try {
      const others = got.filter((part) => part.name !== LIST);
      await Promise.all(others.map((part) => cache.put(ROOT + part.name, part.kept)));
      await Promise.all(got.filter((part) => part.name === LIST).map((part) => cache.put(ROOT, part.kept)));
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

/** The list is written last. */
async function isWhole(name: string): Promise<boolean> {
  return (await caches.has(name)) && (await (await caches.open(name)).match(ROOT)) !== undefined;
}

/** A page or a file of the newest frame that has it. */
export async function ofFrame(name = LIST): Promise<Response | undefined> {
  for (const cache of (await caches.keys()).filter(isFrame).reverse()) {
    const found = (await isWhole(cache)) && (await (await caches.open(cache)).match(ROOT + name));
    if (found) {
      return found;
    }
  }
  return undefined;
}
