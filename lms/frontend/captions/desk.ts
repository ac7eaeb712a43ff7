// The caption desk: one draft, its film, its lines, and the hands that work on them.
import { post } from "../http.ts";
import { Source } from "../player/source.ts";
import { Card } from "./card.ts";
import * as edits from "./edits.ts";
import { actOf } from "./keys.ts";
import { LineList, type Words } from "./list.ts";
import { limitsOf } from "./measure.ts";
import { type Answer, type Conflict, type Kept, type Other, Saver, type State, type Store, type Told } from "./saver.ts";
import { Tapper } from "./tap.ts";
import { isDoubtful, Track } from "./track.ts";
import { Wave } from "./wave.ts";

const LOOK_EVERY_MS = 20_000;
const STEP_MS = 2000;
/** While playing, the picture of the sound moves so often: more would cost a slow machine its typing. */
const FRAME_MS = 40;

interface Texts extends Words {
  of: string;
  heard: string;
  confidence: string;
  states: Record<State, string>;
  found: string;
  mine: string;
  theirs: string;
  gone: string;
  keepMine: string;
  keepTheirs: string;
  oddLine: string;
  who: string;
  somebody: string;
  othersNow: string;
  othersAgo: string;
  closed: string;
  closedBy: string;
  keepAsDraft: string;
  left: string;
  takeLeft: string;
  dropLeft: string;
  tapNext: string;
  tapEnd: string;
  noMore: string;
  noTime: string;
  signIn: string;
}

export class Desk {
  private readonly track = new Track();
  private readonly texts: Texts;
  private readonly video: HTMLVideoElement | null;
  private readonly saver: Saver;
  private readonly tapper = new Tapper(this.track);
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
    this.saver = new Saver({
      track: this.track,
      store: this.store(),
      send: (batch, leaving) => this.send(batch, leaving),
      look: (since) => this.fetchLines(since),
      later: (callback, ms) => window.setTimeout(callback, ms),
      onState: (state, told) => this.showState(state, told),
      onConflicts: (conflicts, told) => this.showConflicts(conflicts, told),
      onOthers: (others) => this.showOthers(others),
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
      this.countFound();
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
    search: () => this.togglePanel("search"),
    shift: () => this.togglePanel("shift"),
    help: () => this.togglePanel("help"),
    tap: () => this.togglePanel("tap"),
    "replace-one": () => this.replace(false),
    "replace-all": () => this.replace(true),
    "find-next": () => this.findNext(),
    "shift-by": () => this.shiftBy(),
    "shift-now": () => this.shiftNow(),
    "to-list": () => this.root.classList.toggle("shows-list"),
    escape: () => {
      if (!this.closePanels()) {
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
      if (event.code === "Space" && this.tapper.active) {
        this.tapper.up(this.now);
      }
    });
    const tap = this.part("[data-tap]");
    tap.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.tapDown();
    });
    tap.addEventListener("pointerup", () => this.tapper.up(this.now));
    this.part<HTMLInputElement>("[data-find]").addEventListener("input", () => this.countFound());
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
    if (this.tapper.active && event.code === "Space" && !(writing && !target.closest("[data-panel=tap]"))) {
      event.preventDefault();
      if (!event.repeat) {
        this.tapDown();
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
    const searchAgain = event.code === "KeyF" && act === "search" && this.isOpen("search");
    if (!act || own || searchAgain) {
      if (event.key === "Enter" && target.matches("[data-find]") && !event.isComposing) {
        event.preventDefault();
        this.findNext();
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
      this.say(this.texts.noMore);
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
    const source = new Source(video, () => lost?.removeAttribute("hidden"));
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

  // Panels

  private isOpen(name: string): boolean {
    return !this.part(`[data-panel=${name}]`).hidden;
  }

  private closePanels(): boolean {
    let closed = false;
    for (const panel of Array.from(this.root.querySelectorAll<HTMLElement>("[data-panel]"))) {
      closed ||= !panel.hidden;
      panel.hidden = true;
    }
    this.tapper.stop();
    for (const button of Array.from(this.root.querySelectorAll("[data-act][aria-expanded]"))) {
      button.setAttribute("aria-expanded", "false");
    }
    return closed;
  }

  private togglePanel(name: string): void {
    const open = !this.isOpen(name);
    this.closePanels();
    if (!open) {
      return;
    }
    const panel = this.part(`[data-panel=${name}]`);
    panel.hidden = false;
    this.root.querySelector(`[data-act=${name}]`)?.setAttribute("aria-expanded", "true");
    if (name === "tap") {
      this.tapper.begin(this.worked);
      this.showTap();
      (document.activeElement as HTMLElement | null)?.blur();
    } else {
      panel.querySelector<HTMLElement>("input, button")?.focus();
    }
    this.countFound();
  }

  private tapDown(): void {
    if (this.video?.paused) {
      void this.video.play().catch(() => undefined);
    }
    this.tapper.down(this.now);
    this.showTap();
  }

  private showTap(): void {
    const key = this.tapper.upcoming;
    const line = key ? this.track.get(key) : null;
    this.part("[data-tap-next]").textContent = line ? this.texts.tapNext.replace("{text}", line.text.replace(/\n/g, " ")) : this.texts.tapEnd;
    if (key) {
      this.choose(key, false);
      this.list.show(key);
    }
  }

  private get sought(): { words: string; by: string } {
    return {
      words: this.part<HTMLInputElement>("[data-find]").value,
      by: this.part<HTMLInputElement>("[data-replace]").value,
    };
  }

  private countFound(): void {
    if (!this.isOpen("search")) {
      return;
    }
    const { times, keys } = edits.find(this.track, this.sought.words);
    this.part("[data-found]").textContent = this.sought.words
      ? this.texts.found.replace("{times}", String(times)).replace("{lines}", String(keys.length))
      : "";
  }

  private findNext(): void {
    const { keys } = edits.find(this.track, this.sought.words);
    const from = this.worked ? this.track.place(this.worked) : -1;
    const key = keys.find((each) => this.track.place(each) > from) ?? keys[0];
    if (key) {
      this.choose(key, true);
      this.list.show(key);
    }
  }

  private replace(all: boolean): void {
    const { words, by } = this.sought;
    const key = this.worked;
    if (all || key) {
      this.track.change(edits.replace(this.track, words, by, all ? null : key), "replace");
    }
    if (!all) {
      this.findNext();
    }
  }

  private get scope(): edits.Scope {
    return this.part<HTMLInputElement>("[name=desk-scope]:checked").value as edits.Scope;
  }

  private shiftBy(): void {
    const field = this.part<HTMLInputElement>("[data-shift]");
    const text = field.value.trim().replace(/[，。,]/g, ".").replace("−", "-").replace("＋", "+");
    const ms = Number(text) * 1000;
    if (!text || Number.isNaN(ms)) {
      this.say(this.texts.noTime);
      return;
    }
    this.track.change(edits.shift(this.track, this.worked, this.scope, ms), "shift");
  }

  private shiftNow(): void {
    const line = this.worked ? this.track.get(this.worked) : null;
    if (line) {
      this.track.change(edits.shift(this.track, line.key, this.scope, this.now - line.start), "shift");
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

  // What one sees of saving

  private say(sentence: string): void {
    this.part("[data-said]").textContent = sentence;
  }

  private showState(state: State, told: Told | null): void {
    const place = this.part("[data-state]");
    if (place.dataset.state === state && !told) {
      return; // each key says "waiting" again
    }
    place.dataset.state = state;
    place.textContent = this.texts.states[state];
    if (state === "signed-out" && told?.page) {
      const link = document.createElement("a");
      link.href = told.page;
      link.target = "_blank";
      link.textContent = this.texts.signIn;
      place.append(" ", link);
    }
    if (state === "refused" && told) {
      place.textContent += ` ${Object.values(told.problems ?? {}).join(" ") || (told.message ?? "")}`;
    }
    if (state === "closed") {
      this.showClosed(told);
    }
  }

  private showClosed(told: Told | null): void {
    const sentence = told?.by ? this.texts.closedBy.replace("{name}", told.by).replace("{moment}", clock(told.at)) : this.texts.closed;
    this.notice(sentence, this.saver.clean ? [] : [[this.texts.keepAsDraft, () => void this.keepAsDraft()]]);
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

  private notice(sentence: string, buttons: [string, () => void][]): void {
    const place = this.part("[data-notice]");
    place.hidden = false;
    place.textContent = sentence;
    for (const [words, act] of buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-small";
      button.textContent = words;
      button.addEventListener("click", act);
      place.append(" ", button);
    }
  }

  private showConflicts(conflicts: readonly Conflict[], told: Told | null): void {
    const place = this.part("[data-conflicts]");
    place.hidden = !conflicts.length;
    this.list?.setOdds(conflicts.map(({ key }) => key));
    if (told) {
      const who = told.by ?? this.texts.somebody;
      this.part("[data-conflicts-who]").textContent = this.texts.who.replace("{name}", who).replace("{moment}", clock(told.at));
    }
    const list = this.part("[data-conflicts-list]");
    list.textContent = "";
    for (const { key, mine, theirs } of conflicts) {
      const item = document.createElement("li");
      const title = document.createElement("strong");
      title.textContent = this.texts.oddLine.replace("{number}", String(this.track.place(key) + 1 || "?"));
      item.append(title);
      for (const [keep, line, label, words] of [
        ["mine", mine, this.texts.mine, this.texts.keepMine],
        ["theirs", theirs, this.texts.theirs, this.texts.keepTheirs],
      ] as const) {
        const side = document.createElement("div");
        const text = document.createElement("p");
        text.dir = "auto";
        text.textContent = `${label}${line ? line.text : this.texts.gone}`;
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button button-small button-secondary";
        button.textContent = words;
        button.addEventListener("click", () => this.saver.settle(key, keep));
        side.append(text, button);
        item.append(side);
      }
      list.append(item);
    }
  }

  private showOthers(others: readonly Other[]): void {
    const [other] = others;
    const minutes = other ? Math.floor((Date.now() - Date.parse(other.at)) / 60_000) : 0;
    const sentence = minutes < 1 ? this.texts.othersNow : this.texts.othersAgo;
    this.part("[data-others]").textContent = other ? sentence.replace("{name}", other.name).replace("{minutes}", String(minutes)) : "";
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
      this.notice(this.texts.left.replace("{count}", String(lines.length)), [
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

function clock(moment: string | null | undefined): string {
  return moment ? new Date(moment).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", second: "2-digit" }) : "";
}

