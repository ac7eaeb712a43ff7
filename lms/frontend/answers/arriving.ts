// On every page while something waits: hand it in, say what came of it.
import { post } from "../http.ts";
import { type Kept, mayWait, openKept, setHint } from "./kept.ts";
import { handIn, read, type Said, type Told } from "./sending.ts";

const ANSWER_SECONDS = 20;
const LONGEST_PAUSE_SECONDS = 60;
/** Told to the quiz page when its own answers have arrived. */
export const ARRIVED = "answers-arrived";

let failures = 0;
let timer = 0;
let underway: Promise<void> | null = null;

export async function send(kept: Kept): Promise<Said> {
  const { address, shown, fields, notedAt } = kept;
  const body = notedAt === undefined ? { shown, fields } : { shown, fields, noted_at: Math.round(notedAt) };
  const response = await post(address, body, false, {}, ANSWER_SECONDS);
  return read(response.status, (await response.json().catch(() => ({}))) as Record<string, string>);
}

/** Hand in what waits; a second call while one is under way joins it. */
export function arrive(): Promise<void> {
  window.clearTimeout(timer);
  underway ??= tryOnce().finally(() => (underway = null));
  return underway;
}

async function tryOnce(): Promise<void> {
  const store = await openKept();
  const told = store ? await handIn(store, send, () => Date.now()) : [];
  if (store && !(await store.all()).length) {
    setHint(false);
  }
  told.forEach((each) => tell(each, async (sitting) => store?.remove(sitting)));
  if (told.some(({ said }) => said.kind === "retry")) {
    failures += 1;
    // Never all phones at once after the network of a village comes back.
    const pause = Math.min(LONGEST_PAUSE_SECONDS, 2 ** failures) * (0.5 + Math.random() / 2);
    timer = window.setTimeout(() => void arrive(), pause * 1000);
  } else {
    failures = 0;
  }
}

function tell({ kept, said }: Told, forget: (sitting: string) => Promise<unknown>): void {
  if (said.kind === "taken") {
    document.dispatchEvent(new CustomEvent(ARRIVED, { detail: { sitting: kept.sitting, address: said.address } }));
    show("ok", kept.sitting, said.text, link(said.address, said.link));
  } else if (said.kind === "signed-out") {
    show("warn", "signed-out", said.text, link(`${said.address}?next=${encodeURIComponent(location.pathname)}`, said.link));
  } else if (said.kind === "refused") {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-quiet";
    button.textContent = said.close;
    button.addEventListener("click", () => {
      void forget(kept.sitting);
      button.closest("[data-answers]")?.remove();
    });
    show("warn", kept.sitting, said.text, button);
  }
}

function link(address: string, words: string): HTMLAnchorElement {
  const made = document.createElement("a");
  made.className = "button button-quiet";
  made.href = address;
  made.textContent = words;
  return made;
}

/** One notice for each matter, above what the page says. */
function show(kind: "ok" | "warn", about: string, text: string, way: HTMLElement): void {
  const main = document.querySelector("main");
  main?.querySelectorAll<HTMLElement>("[data-answers]").forEach((each) => each.dataset.answers === about && each.remove());
  const notice = document.createElement("div");
  notice.className = `notice notice-${kind}`;
  notice.dataset.answers = about;
  notice.setAttribute("role", "status");
  const words = document.createElement("div");
  words.className = "stack-small";
  const line = document.createElement("p");
  line.textContent = text;
  const last = document.createElement("p");
  last.append(way);
  words.append(line, last);
  notice.append(words);
  main?.prepend(notice);
}

window.addEventListener("online", () => mayWait() && void arrive());
