// The review of captions: press a line to hear it, keys for the hands, and the form stays what is sent.
import "./styles/captions.css";
import { Source } from "./player/source.ts";

const root = document.querySelector<HTMLElement>("[data-captions]");
const video = root?.querySelector("video") ?? null;
const list = root?.querySelector<HTMLElement>("[data-lines]") ?? null;
const form = root?.querySelector<HTMLFormElement>("#captions-form") ?? null;
const PLACE = `captions:${location.pathname}`;

let changed = false;
/** The line whose words are being spoken. */
let current: HTMLElement | null = null;
/** The line that the tools work on: the one last written in. */
let chosen: HTMLElement | null = null;
let nextKey = 1_000_000;

/** Milliseconds of 01:02.500, of 62.5 as well; NaN for anything else. */
function readTime(text: string): number {
  const parts = text.trim().replace(/：/g, ":").replace(/[，。,]/g, ".").split(":").map(Number);
  return Math.round(parts.reduce((sum, part) => sum * 60 + part, 0) * 1000);
}

function writeTime(ms: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(ms / 3_600_000);
  const rest = `${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1000) % 60)}.${String(ms % 1000).padStart(3, "0")}`;
  return hours ? `${two(hours)}:${rest}` : rest;
}

function field(line: HTMLElement, name: "start" | "end" | "text"): HTMLInputElement | HTMLTextAreaElement | null {
  return line.querySelector(`[name^="${name}-"]`);
}

/** From and to of a line, in ms. */
function times(line: HTMLElement): [number, number] {
  if (line.dataset.start !== undefined) {
    return [Number(line.dataset.start), Number(line.dataset.end)];
  }
  return [readTime(field(line, "start")?.value ?? ""), readTime(field(line, "end")?.value ?? "")];
}

function lines(): HTMLElement[] {
  return Array.from(list?.querySelectorAll<HTMLElement>("[data-line]") ?? []).filter((line) => line.offsetParent !== null);
}

function fit(area: HTMLTextAreaElement): void {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}

function play(line: HTMLElement): void {
  const [start] = times(line);
  if (!video || Number.isNaN(start)) {
    return;
  }
  video.currentTime = start / 1000;
  void video.play().catch(() => undefined);
}

function pauseOrGoOn(): void {
  if (video?.paused) {
    void video.play().catch(() => undefined);
  } else {
    video?.pause();
  }
}

function mark(line: HTMLElement | null): void {
  if (line === current) {
    return;
  }
  current?.classList.remove("is-current");
  current?.removeAttribute("aria-current");
  current = line;
  line?.classList.add("is-current");
  line?.setAttribute("aria-current", "true");
  // Whoever writes keeps her place; whoever listens is taken along.
  const writing = list?.contains(document.activeElement) && document.activeElement?.matches("input, textarea");
  if (line && video && !video.paused && !writing) {
    const box = line.getBoundingClientRect();
    if (box.top < innerHeight * 0.45 || box.bottom > innerHeight - 40) {
      line.scrollIntoView({ block: "center", behavior: "auto" });
    }
  }
}

function follow(): void {
  if (!video) {
    return;
  }
  const now = video.currentTime * 1000;
  mark(lines().find((line) => ((a, b) => a <= now && now < b)(...times(line))) ?? null);
}

function touch(): void {
  changed = true;
}

/** A line that has a place in the form, dressed with its tools. */
function dress(line: HTMLElement): void {
  line.dataset.live = "";
  const button = line.querySelector<HTMLElement>("[data-play]");
  if (button) {
    button.hidden = false;
  }
  const area = field(line, "text");
  if (area instanceof HTMLTextAreaElement) {
    area.rows = 1;
    fit(area);
  }
}

function addLine(after: HTMLElement | null, start: number, end: number, text: string): HTMLElement | null {
  const template = root?.querySelector<HTMLTemplateElement>("[data-new-line]");
  const line = template?.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined;
  if (!line || !list) {
    return null;
  }
  const key = nextKey++;
  line.querySelectorAll<HTMLInputElement>("[name]").forEach((input) => {
    input.name = `${input.name.split("-")[0]}-${key}`;
  });
  if (after) {
    after.after(line);
  } else {
    list.append(line);
  }
  (field(line, "start") as HTMLInputElement).value = Number.isNaN(start) ? "" : writeTime(start);
  (field(line, "end") as HTMLInputElement).value = Number.isNaN(end) ? "" : writeTime(end);
  (field(line, "text") as HTMLTextAreaElement).value = text;
  dress(line);
  touch();
  return line;
}

function remove(line: HTMLElement): void {
  const box = line.querySelector<HTMLInputElement>('[name^="delete-"]');
  if (box) {
    box.checked = true;
    line.classList.add("is-deleted");
  } else {
    line.remove();
  }
  touch();
}

const tools: Record<string, (line: HTMLElement) => void> = {
  begin(line) {
    setTime(line, "start");
  },
  end(line) {
    setTime(line, "end");
  },
  /** At the cursor, else in the middle; the time is shared by the length of the words. */
  split(line) {
    const area = field(line, "text") as HTMLTextAreaElement;
    const [start, end] = times(line);
    const at = area.selectionStart > 0 && area.selectionStart < area.value.length ? area.selectionStart : area.value.length >> 1;
    const share = area.value.length ? at / area.value.length : 0.5;
    const middle = Math.round(start + (end - start) * share);
    const rest = area.value.slice(at).trim();
    area.value = area.value.slice(0, at).trim();
    (field(line, "end") as HTMLInputElement).value = writeTime(middle);
    fit(area);
    const made = addLine(line, middle, end, rest);
    (made && (field(made, "text") as HTMLTextAreaElement | null))?.focus();
  },
  merge(line) {
    const all = lines().filter((other) => !other.classList.contains("is-deleted"));
    const next = all[all.indexOf(line) + 1];
    if (!next) {
      return;
    }
    const area = field(line, "text") as HTMLTextAreaElement;
    const more = (field(next, "text") as HTMLTextAreaElement).value;
    const blank = /[A-Za-z0-9,.;!?]$/.test(area.value) && /^[A-Za-z0-9]/.test(more) ? " " : "";
    area.value = area.value + blank + more;
    (field(line, "end") as HTMLInputElement).value = (field(next, "end") as HTMLInputElement).value;
    fit(area);
    remove(next);
    area.focus();
  },
  add(line) {
    const [, end] = times(line);
    const all = lines();
    const next = all[all.indexOf(line) + 1];
    const until = Math.min(end + 2000, next ? times(next)[0] : end + 2000);
    const made = addLine(line, end, until > end ? until : end + 1000, "");
    (made && (field(made, "text") as HTMLTextAreaElement | null))?.focus();
  },
};

function setTime(line: HTMLElement, which: "start" | "end"): void {
  const input = field(line, which);
  if (input && video) {
    input.value = writeTime(Math.round(video.currentTime * 1000));
    touch();
  }
}

function choose(line: HTMLElement): void {
  chosen?.classList.remove("is-chosen");
  chosen = line;
  line.classList.add("is-chosen");
  const name = root?.querySelector("[data-chosen]");
  if (name) {
    name.textContent = line.querySelector("[data-number]")?.textContent ?? "";
  }
}

/** One bar for all lines, so that nothing moves under the finger; it leaves the cursor where it is. */
function showTools(): void {
  const bar = root?.querySelector<HTMLElement>("[data-toolbar]");
  if (!bar || !list) {
    return;
  }
  bar.hidden = false;
  bar.addEventListener("pointerdown", (event) => event.preventDefault());
  bar.addEventListener("mousedown", (event) => event.preventDefault());
  bar.addEventListener("click", (event) => {
    const tool = (event.target as HTMLElement).closest<HTMLElement>("[data-tool]")?.dataset.tool;
    const line = chosen?.isConnected && !chosen.classList.contains("is-deleted") ? chosen : current ?? lines()[0];
    if (tool && line) {
      choose(line);
      tools[tool]?.(line);
    }
  });
  list.addEventListener("focusin", (event) => {
    const line = (event.target as HTMLElement).closest<HTMLElement>("[data-line]");
    if (line) {
      choose(line);
    }
  });
}

function onPress(event: Event): void {
  const target = event.target as HTMLElement;
  const line = target.closest<HTMLElement>("[data-line]");
  if (!line) {
    return;
  }
  choose(line);
  if (target.closest("[data-play]")) {
    play(line);
  } else if (target.matches("textarea") && video?.paused && current !== line) {
    // A press into the words shows the picture of that moment; it does not start the sound while one writes.
    const [start] = times(line);
    if (!Number.isNaN(start)) {
      video.currentTime = start / 1000;
    }
  }
}

function onKey(event: KeyboardEvent): void {
  const line = (event.target as HTMLElement).closest<HTMLElement>("[data-line]");
  if (event.isComposing) {
    return; // the key belongs to the input method
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && (line ?? current)) {
    event.preventDefault();
    play((line ?? current) as HTMLElement);
  } else if (event.key === "Escape") {
    pauseOrGoOn();
  } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s" && form) {
    event.preventDefault();
    root?.querySelector<HTMLButtonElement>("[data-save]")?.click();
  } else if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    const all = lines();
    const from = line ?? current;
    const to = all[(from ? all.indexOf(from) : -1) + (event.key === "ArrowDown" ? 1 : -1)];
    if (to) {
      (field(to, "text") ?? to.querySelector<HTMLElement>("[data-play]"))?.focus();
      to.scrollIntoView({ block: "nearest" });
    }
  }
}

/** Where one was, over the saving. */
function keepPlace(): void {
  sessionStorage.setItem(PLACE, JSON.stringify({ at: video?.currentTime ?? 0, top: scrollY }));
}

function findPlace(): { at: number; top: number } {
  const kept = sessionStorage.getItem(PLACE);
  sessionStorage.removeItem(PLACE);
  return kept ? (JSON.parse(kept) as { at: number; top: number }) : { at: 0, top: 0 };
}

function begin(): void {
  if (!root) {
    return;
  }
  root.classList.add("is-live");
  list?.querySelectorAll<HTMLElement>("[data-line]:not([data-new])").forEach(dress);
  // A refused save shows lines that were new; rows without anything in them are for browsers without script.
  list?.querySelectorAll<HTMLElement>("[data-line][data-new]").forEach((line) => line.remove());
  const place = findPlace();
  if (video?.dataset.master) {
    const lost = root.querySelector<HTMLElement>("[data-lost]");
    const source = new Source(video, () => lost?.removeAttribute("hidden"));
    void source.load(video.dataset.master, place.at, false);
    video.addEventListener("timeupdate", follow);
    video.addEventListener("seeked", follow);
  }
  showTools();
  list?.addEventListener("click", onPress);
  root.addEventListener("input", (event) => {
    if (form?.contains(event.target as Node)) {
      touch();
    }
    if (event.target instanceof HTMLTextAreaElement) {
      fit(event.target);
    }
    const target = event.target as HTMLElement;
    if (target.matches('[name^="delete-"]')) {
      target.closest("[data-line]")?.classList.toggle("is-deleted", (target as HTMLInputElement).checked);
    }
  });
  document.addEventListener("keydown", onKey);
  const more = root.querySelector<HTMLDetailsElement>("[data-desk-open]");
  if (more && (matchMedia("(min-width: 75rem)").matches || more.querySelector("[role=alert]"))) {
    more.open = true;
  }
  const addLast = root.querySelector<HTMLElement>("[data-add-last]");
  addLast?.removeAttribute("hidden");
  addLast?.addEventListener("click", () => {
    const last = lines().pop() ?? null;
    const from = last ? times(last)[1] : 0;
    const made = addLine(last, from, from + 2000, "");
    (made && (field(made, "text") as HTMLTextAreaElement | null))?.focus();
  });
  const nextDoubt = root.querySelector<HTMLElement>("[data-next-doubt]");
  if (nextDoubt && list?.querySelector(".is-doubtful, .is-unsure")) {
    nextDoubt.hidden = false;
    nextDoubt.addEventListener("click", () => {
      const marked = Array.from(list.querySelectorAll<HTMLElement>(".is-doubtful, .is-unsure"));
      const from = document.activeElement?.closest<HTMLElement>("[data-line]") ?? current;
      const after = from && marked.find((line) => from.compareDocumentPosition(line) & Node.DOCUMENT_POSITION_FOLLOWING);
      const to = after ?? marked[0];
      to?.scrollIntoView({ block: "center" });
      field(to as HTMLElement, "text")?.focus();
    });
  }
  changed = root.hasAttribute("data-unsaved");
  form?.addEventListener("submit", () => {
    changed = false;
    keepPlace();
  });
  addEventListener("beforeunload", (event) => {
    if (changed) {
      event.preventDefault();
    }
  });
  if (place.top) {
    scrollTo(0, place.top);
  }
}

begin();
