// Hands in what was kept: once with network, again and again after a loss, never what belongs to somebody else.
import type { Kept, KeptStore } from "./kept.ts";

/**
 * What the server said. `foreign`: somebody else's, who answered on this phone and is not signed in now. `stale`: too long
 * ago for something answered with network; it is sent once more as answered without.
 */
export type Said =
  | { kind: "taken"; text: string; address: string; link: string }
  | { kind: "signed-out"; text: string; address: string; link: string }
  | { kind: "refused"; text: string; close: string }
  | { kind: "retry" | "foreign" | "stale" };

export interface Told {
  kept: Kept;
  said: Said;
}

/** Sends everything that waits, and returns what there is to tell; stops where there is no network or no sign-in. */
export async function handIn(store: KeptStore, send: (kept: Kept) => Promise<Said>, now: () => number): Promise<Told[]> {
  const told: Told[] = [];
  for (let kept of await store.all()) {
    if (kept.refused) {
      told.push({ kept, said: { kind: "refused", ...kept.refused } });
      continue;
    }
    let said = await send(kept).catch((): Said => ({ kind: "retry" }));
    if (said.kind === "stale") {
      kept = { ...kept, notedAt: now() };
      await store.put(kept);
      said = await send(kept).catch((): Said => ({ kind: "retry" }));
    }
    if (said.kind === "taken") {
      await store.remove(kept.sitting);
    } else if (said.kind === "refused") {
      await store.put({ ...kept, refused: { text: said.text, close: said.close } });
    }
    told.push({ kept, said });
    if (said.kind === "retry" || said.kind === "signed-out") {
      break;
    }
  }
  return told;
}

export function read(status: number, answer: Record<string, string>): Said {
  const text = answer.message ?? "";
  const way = { address: answer.address ?? "", link: answer.link ?? "" };
  if (status < 300) {
    return { kind: "taken", text, ...way };
  }
  if (status === 401) {
    return { kind: "signed-out", text, ...way };
  }
  if (status === 404) {
    return { kind: "foreign" };
  }
  if (status >= 500 || status === 429 || status === 403 || !text) {
    return { kind: "retry" };
  }
  return answer.error === "stale" ? { kind: "stale" } : { kind: "refused", text, close: answer.close ?? "OK" };
}
