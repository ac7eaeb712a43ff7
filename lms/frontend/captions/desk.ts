// The caption desk: one draft, its film, its lines, and the hands that work on them.
import { post } from "../http.ts";
import { Source } from "../player/source.ts";
import { Card } from "./card.ts";
import * as edits from "./edits.ts";
import { actOf } from "./keys.ts";
import { LineList } from "./list.ts";
import { limitsOf } from "./measure.ts";
import { Panels } from "./panels.ts";
import { type Answer, type Kept, Saver, type Store, type Told } from "./saver.ts";
import { Telling } from "./telling.ts";
import type { Texts } from "./texts.ts";
import { isDoubtful, Track } from "./track.ts";
import { Wave } from "./wave.ts";

const LOOK_EVERY_MS = 20_000;
const STEP_MS = 2000;
/** While playing, the picture of the sound moves so often: more would cost a slow machine its typing. */
const FRAME_MS = 40;

export class Desk {
  private readonly track = new Track();
  private readonly texts: Texts;
  private readonly video: HTMLVideoElement | null;
  private readonly saver: Saver;
  private readonly telling: Telling;
  private readonly panels: Panels;
  private list!: LineList;
  private card!: Card;
  private wave!: Wave;
  private chosen: string | null = null;
  private current: string | null = null;
  private lastFrame = 0;
  private nothing = false;

  constructor(private readonly root: HTMLElement) {
    this.texts = JSON.parse(document.getElementById("desk-texts")?.textContent ?? "{}") as Texts;
    this.video = root.querySelector("video");
    const part = <T extends HTMLElement>(selector: string): T => this.part<T>(selector);
    this.telling = new Telling(part, this.texts, {
      hasUnsaved: () => !this.saver.clean,
      keepAsDraft: () => void this.keepAsDraft(),
      mark: (keys) => this.list?.setOdds(keys),
      place: (key) => this.track.place(key),
      settle: (key, keep) => this.saver.settle(key, keep),
    });
    this.panels = new Panels(root, part, this.track, this.texts, {
      worked: () => this.worked,
      now: () => this.now,
      go: (key, byHand) => {
        this.choose(key, byHand);
        this.list.show(key);
      },
      play: () => this.video?.paused && void this.video.play().catch(() => undefined),
      say: (sentence) => this.telling.say(sentence),
    });
    this.saver = new Saver({
      track: this.track,
      store: this.store(),
      send: (batch, leaving) => this.send(batch, leaving),
      look: (since) => this.fetchLines(since),
      later: (callback, ms) => window.setTimeout(callback, ms),
      onState: (state, told) => this.telling.state(state, told),
      onConflicts: (conflicts, told) => this.telling.conflicts(conflicts, told),
      onOthers: (others) => this.telling.others(others),
    });
  }

  private part<T extends HTMLElement>(selector: string): T {
    const found = this.root.querySelector<T>(selector);
    if (!found) {
      throw new Error(`The desk lacks ${selector}`);
    }
    return found;
  }

  private get draftName(): string {
    return `tianjian.captions.${this.root.dataset.code}.${this.root.dataset.language}.`;
  }

  /** Show the desk in place of the form; false where the lines cannot be had. */
  async open(): Promise<boolean> {
    const answer = await this.fetchLines(0);
    if (answer.status !== 200) {
      return false;
    }
    // What is hidden has no size: first the desk is shown, then it is filled.
    this.part("[data-desk]").hidden = false;
    this.root.classList.add("is-live");
    const screen = this.root.querySelector<HTMLElement>("[data-screen]");
    if (screen) {
      this.part("[data-screen-place]").append(screen);
    }
    this.saver.start(answer.told);
    this.build();
    this.wire();
    this.startFilm();
    this.offerLeft();
    const at = Number(new URLSearchParams(location.search).get("at") ?? NaN);
    const first = this.track.lines[Number.isNaN(at) ? 0 : Math.max(0, this.track.placeAt(at))];
    this.choose(first?.key ?? null, false);
    if (first) {
      this.list.show(first.key);
    }
    window.setInterval(() => document.visibilityState === "visible" && void this.saver.look(), LOOK_EVERY_MS);
    return true;
  }

  private build(): void {
    const { track, texts } = this;
    const limits = limitsOf(this.root.dataset.language ?? "zh");
    const lengthMs = Number(this.root.dataset.seconds ?? 0) * 1000;
    const hands = {
      type: (key: string, text: string) => track.change(edits.retext(track, key, text), `type ${key}`),
      play: (key: string) => this.playLine(key),
      choose: (key: string) => this.choose(key, true),
      settle: (key: string) => this.settle(key),
      retime: (key: string, times: { start?: number; end?: number }) => track.change(edits.retime(track, key, times), "retime"),
      seek: (ms: number) => this.seek(ms),
    };
    this.list = new LineList(this.part("[data-list]"), this.part("[data-rows]"), track, hands, texts, limits, lengthMs);
    this.card = new Card(this.part("[data-card]"), track, hands, texts, limits, lengthMs);
    this.wave = new Wave(this.part<HTMLCanvasElement>("[data-wave]"), track, this.root.dataset.peaks ?? null, {
      ...hands,
      choose: (key) => this.choose(key, false),
    });
    track.listen((_keys, placed) => {
      this.showHistory();
      if (placed && this.chosen && !track.get(this.chosen)) {
        this.choose(null, false);
      }
    });
    this.showHistory();
  }

  // Acts

  private readonly acts: Record<string, () => void> = {
    undo: () => this.back(this.track.undo()),
    redo: () => this.back(this.track.redo()),
    save: () => void this.saver.flush(),
    split: () => {
      const key = this.worked;
      const at = key ? (this.list.cursorIn(key) ?? this.card.cursor ?? 0) : 0;
      const done = key ? edits.split(this.track, key, at) : null;
      if (done) {
        this.track.change(done.changes, "split");
        this.write(done.made, 0);
      }
    },
    merge: () => {
      const key = this.worked;
      const at = key ? (this.track.get(key)?.text.length ?? 0) : 0;
      if (key) {
        this.track.change(edits.merge(this.track, key), "merge");
        this.write(key, at);
      }
    },
    add: () => {
      const { changes, made } = edits.add(this.track, this.worked, this.now);
      this.track.change(changes, "add");
      this.write(made, 0);
    },
    remove: () => {
      const key = this.worked;
      if (key) {
        const place = this.track.place(key);
        this.track.change(edits.remove(this.track, key), "remove");
        const next = this.track.lines[place] ?? this.track.lines[place - 1];
        if (next) {
          this.write(next.key, null);
        }
      }
    },
    begin: () => this.retimeChosen("start"),
    end: () => this.retimeChosen("end"),
    settle: () => this.worked && this.settle(this.worked),
    play: () => this.worked && this.playLine(this.worked),
    toggle: () => this.toggle(),
    back: () => this.seek(this.now - STEP_MS),
    forward: () => this.seek(this.now + STEP_MS),
    previous: () => this.walk(-1),
    next: () => this.walk(1),
    doubt: () => this.nextDoubt(),
    "zoom-in": () => this.wave.zoom(-1),
    "zoom-out": () => this.wave.zoom(1),
    search: () => this.panels.toggle("search"),
    shift: () => this.panels.toggle("shift"),
    help: () => this.panels.toggle("help"),
    tap: () => this.panels.toggle("tap"),
    "replace-one": () => this.panels.replace(false),
    "replace-all": () => this.panels.replace(true),
    "find-next": () => this.panels.findNext(),
    "shift-by": () => this.panels.shiftBy(),
    "shift-now": () => this.panels.shiftNow(),
    "to-list": () => this.root.classList.toggle("shows-list"),
    escape: () => {
      if (!this.panels.close()) {
        this.toggle();
      }
    },
  };

  /** The line that tools work on: the chosen one, else the one being spoken. */
  private get worked(): string | null {
    return this.chosen ?? this.current;
  }

  private get now(): number {
    return (this.video?.currentTime ?? 0) * 1000;
  }

  private wire(): void {
    this.root.addEventListener("mousedown", (event) => {
      // A button leaves the cursor where it is.
      if ((event.target as HTMLElement).closest("[data-act]")) {
        event.preventDefault();
      }
    });
    this.root.addEventListener("click", (event) => {
      const act = (event.target as HTMLElement).closest<HTMLElement>("[data-act]")?.dataset.act;
      if (act) {
        this.acts[act]?.();
      }
      const nudge = (event.target as HTMLElement).closest<HTMLElement>("[data-nudge]")?.dataset.nudge;
      const line = this.worked ? this.track.get(this.worked) : null;
      if (nudge && line) {
        const [edge, ms] = nudge.split(":") as ["start" | "end", string];
        this.track.change(edits.retime(this.track, line.key, { [edge]: line[edge] + Number(ms) }), "nudge");
      }
    });
    document.addEventListener("keydown", (event) => this.onKey(event));
    document.addEventListener("keyup", (event) => {
      if (event.code === "Space" && this.panels.tapping) {
        this.panels.tapUp();
      }
    });
    this.part<HTMLSelectElement>("[data-speed]").addEventListener("change", (event) => {
      if (this.video) {
        this.video.playbackRate = Number((event.target as HTMLSelectElement).value);
      }
    });
    for (const form of Array.from(this.root.querySelectorAll<HTMLFormElement>("form[data-after-saving]"))) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        void this.submit(form, (event as SubmitEvent).submitter as HTMLButtonElement | null);
      });
    }
    window.addEventListener("pagehide", () => void this.saver.flush(true));
    document.addEventListener("visibilitychange", () => void (document.visibilityState === "hidden" ? this.saver.flush(true) : this.saver.look()));
    window.addEventListener("online", () => void this.saver.flush());
    window.addEventListener("beforeunload", (event) => {
      if (this.nothing && !this.saver.clean) {
        event.preventDefault(); // this browser keeps nothing
      }
    });
  }

  private onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const inside = this.root.contains(target) || target === document.body;
    if (!inside) {
      return;
    }
    const writing = target.matches("input:not([type=checkbox]), textarea, select");
    if (this.panels.tapping && event.code === "Space" && !(writing && !target.closest("[data-panel=tap]"))) {
      event.preventDefault();
      if (!event.repeat) {
        this.panels.tapDown();
      }
      return;
    }
    if (event.code === "Space" && !writing && !target.matches("button, a, summary, video")) {
      event.preventDefault();
      this.toggle();
      return;
    }
    const act = actOf(event);
    // In a search or time field, the field's own undo is meant.
    const own = (act === "undo" || act === "redo") && writing && !target.matches(".desk-row textarea, [data-card-text]");
    const searchAgain = event.code === "KeyF" && act === "search" && this.panels.isOpen("search");
    if (!act || own || searchAgain) {
      if (event.key === "Enter" && target.matches("[data-find]") && !event.isComposing) {
        event.preventDefault();
        this.panels.findNext();
      }
      return;
    }
    event.preventDefault();
    this.acts[act]?.();
  }

  private choose(key: string | null, byHand: boolean): void {
    if (key === this.chosen) {
      return;
    }
    this.chosen = key;
    this.list.setChosen(key);
    this.card.choose(key);
    this.wave.setChosen(key);
    const line = key ? this.track.get(key) : null;
    // A press into the words shows the picture of that moment; it does not start the sound while one writes.
    if (byHand && line && this.video?.paused && key !== this.current) {
      this.seek(line.start);
    }
  }

  /** The cursor into the words: in the list, or on the card where there is no list. */
  private write(key: string, at: number | null): void {
    this.choose(key, false);
    if (this.part("[data-list]").offsetParent) {
      this.list.focus(key, at);
    } else {
      const text = this.part<HTMLTextAreaElement>("[data-card-text]");
      if (at !== null) {
        text.focus({ preventScroll: true });
        text.setSelectionRange(at, at);
      }
    }
  }

  private back(key: string | null): void {
    if (key && this.track.get(key)) {
      this.choose(key, false);
      this.list.show(key);
    }
  }

  private walk(by: number): void {
    const place = this.worked ? this.track.place(this.worked) + by : 0;
    const line = this.track.lines[Math.min(Math.max(place, 0), this.track.lines.length - 1)];
    if (line) {
      this.choose(line.key, true);
      this.write(line.key, null);
    }
  }

  private nextDoubt(): void {
    const { lines } = this.track;
    const from = this.worked ? this.track.place(this.worked) + 1 : 0;
    const line = [...lines.slice(from), ...lines.slice(0, from)].find(isDoubtful);
    if (line) {
      this.choose(line.key, true);
      this.write(line.key, null);
    } else {
      this.telling.say(this.texts.noMore);
    }
  }

  private settle(key: string): void {
    const line = this.track.get(key);
    if (line?.flags.length) {
      this.track.change(edits.settle(this.track, key, !line.settled), "settle");
    }
  }

  private retimeChosen(edge: "start" | "end"): void {
    if (this.worked) {
      this.track.change(edits.retime(this.track, this.worked, { [edge]: this.now }), "retime");
    }
  }

  private showHistory(): void {
    this.part<HTMLButtonElement>("[data-act=undo]").disabled = !this.track.canUndo;
    this.part<HTMLButtonElement>("[data-act=redo]").disabled = !this.track.canRedo;
  }

  // Film

  private startFilm(): void {
    const { video } = this;
    const master = video?.dataset.master;
    if (!video || !master) {
      return;
    }
    const lost = this.root.querySelector<HTMLElement>("[data-lost]");
    const source = new Source(video, { lost: () => lost?.removeAttribute("hidden") });
    const at = Number(new URLSearchParams(location.search).get("at") ?? 0) / 1000;
    void source.load(master, at, false);
    for (const moment of ["timeupdate", "seeked", "play", "pause"]) {
      video.addEventListener(moment, () => this.follow());
    }
    video.addEventListener("play", () => this.frame());
  }

  private frame(): void {
    if (!this.video || this.video.paused) {
      return;
    }
    requestAnimationFrame((moment) => {
      if (moment - this.lastFrame >= FRAME_MS) {
        this.lastFrame = moment;
        this.follow();
      }
      this.frame();
    });
  }

  private follow(): void {
    const line = this.track.shownAt(this.now);
    this.wave.setNow(this.now);
    if ((line?.key ?? null) !== this.current) {
      this.current = line?.key ?? null;
      // Whoever writes keeps her place; whoever listens is taken along.
      const writing = document.activeElement?.matches(".desk-row textarea, [data-card-text]") ?? false;
      this.list.setCurrent(this.current, !writing && !this.video?.paused);
      if (this.current && !writing && !this.video?.paused) {
        this.choose(this.current, false);
      }
    }
  }

  private seek(ms: number): void {
    if (this.video) {
      this.video.currentTime = Math.max(0, ms) / 1000;
    }
    this.wave.setNow(Math.max(0, ms));
  }

  private playLine(key: string): void {
    const line = this.track.get(key);
    if (line) {
      this.choose(key, false);
      this.seek(line.start);
      void this.video?.play().catch(() => undefined);
    }
  }

  private toggle(): void {
    if (this.video?.paused) {
      void this.video.play().catch(() => undefined);
    } else {
      this.video?.pause();
    }
  }

  // Server

  private address(name: "lines" | "keep"): string {
    const { linesUrl = "", keepUrl = "", language = "", draft = "" } = this.root.dataset;
    return `${name === "lines" ? linesUrl : keepUrl}?language=${encodeURIComponent(language)}&draft=${draft}`;
  }

  private async fetchLines(since: number): Promise<Answer> {
    const response = await fetch(`${this.address("lines")}&since=${since}`, {
      credentials: "same-origin",
      headers: { "X-Requested-With": "XMLHttpRequest" },
    });
    return { status: response.status, told: (await read(response)) as Told };
  }

  private async send(batch: unknown, leaving: boolean): Promise<Answer> {
    const small = leaving && JSON.stringify(batch).length < 60_000; // what a leaving page may send
    const response = await post(this.address("lines"), batch, small, { "X-Requested-With": "XMLHttpRequest" });
    return { status: response.status, told: (await read(response)) as Told };
  }

  private store(): Store {
    const name = () => `${this.draftName}${this.root.dataset.draft}`;
    return {
      read: () => readKept(name()),
      write: (kept) => {
        try {
          if (kept) {
            localStorage.setItem(name(), JSON.stringify(kept));
          } else {
            localStorage.removeItem(name());
          }
          this.nothing = false;
        } catch {
          this.nothing = true;
        }
        return !this.nothing;
      },
    };
  }

  /** Save first, then do what the button says: approve, return, hand in. */
  private async submit(form: HTMLFormElement, button: HTMLButtonElement | null): Promise<void> {
    if (!(await this.saver.flush())) {
      this.part("[data-state]").scrollIntoView({ block: "center" });
      return;
    }
    const revision = form.querySelector<HTMLInputElement>("[name=revision]");
    if (revision) {
      revision.value = String(this.saver.revision);
    }
    if (button?.name) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = button.name;
      field.value = button.value;
      form.append(field);
    }
    form.submit();
  }

  private async keepAsDraft(): Promise<void> {
    const lines = this.track.lines.map(({ key, start, end, text, settled }) => ({ key, start, end, text, settled }));
    const whole = lines.filter((line) => line.text.trim());
    const response = await post(this.address("keep"), { lines: whole }, false, { "X-Requested-With": "XMLHttpRequest" });
    if (response.ok) {
      this.saver.forget();
      location.assign(this.root.dataset.pageUrl ?? location.href);
    }
  }

  /** Lines that an earlier draft could not take any more, because it was closed while there was no network. */
  private offerLeft(): void {
    const own = `${this.draftName}${this.root.dataset.draft}`;
    for (const name of Object.keys(localStorage)) {
      const kept = name.startsWith(this.draftName) && name !== own ? readKept(name) : null;
      if (!kept) {
        continue;
      }
      const batch = (kept.batch?.lines ?? []).map((line) => ({ ...line, flags: [], confidence: null, heard: null }));
      const lines = [...batch, ...kept.dirty.flatMap(([, line]) => (line ? [line] : []))];
      const drop = (): void => {
        localStorage.removeItem(name);
        this.part("[data-notice]").hidden = true;
      };
      this.telling.notice(this.texts.left.replace("{count}", String(lines.length)), [
        [
          this.texts.takeLeft,
          () => {
            this.track.change(
              lines.map((line) => {
                const before = this.track.get(line.key);
                return { key: line.key, before, after: { ...line, flags: before?.flags ?? [], settled: false } };
              }),
              "left",
            );
            drop();
          },
        ],
        [this.texts.dropLeft, drop],
      ]);
    }
  }
}

async function read(response: Response): Promise<unknown> {
  const type = response.headers.get("Content-Type") ?? "";
  return type.includes("json") ? response.json() : { lines: [], others: [], revision: 0, saved_at: null };
}

function readKept(name: string): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null") as Kept | null;
  } catch {
    return null;
  }
}
