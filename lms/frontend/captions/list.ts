// The list of lines: only what is in sight stands in the page, so that two thousand lines cost no more than twenty.
import type { Limits, Warning } from "./measure.ts";
import { degreeOf, perSecond, warningsOf, width } from "./measure.ts";
import { writeTime } from "./times.ts";
import { isDoubtful, type Line, type Track } from "./track.ts";

const ROW = 48;
const MORE = 25;
/** A marked line has its reason and a button beside it. */
const MARKED = 72;
const OVERSCAN = 6;
/** What stands beside the words in a row, and the room of a Chinese character, in px. */
const BESIDE = 330;
const CHARACTER = 17.2;

interface Row {
  key: string;
  root: HTMLElement;
  play: HTMLButtonElement;
  times: HTMLElement;
  text: HTMLTextAreaElement;
  marks: HTMLElement;
  settle: HTMLButtonElement;
}

export interface Hands {
  type(key: string, text: string): void;
  play(key: string): void;
  choose(key: string): void;
  settle(key: string): void;
}

export interface Words {
  row: string;
  words: string;
  play: string;
  settle: string;
  perSecond: string;
  flags: Record<string, string>;
  warnings: Record<Warning, string>;
}

export class LineList {
  private tops: number[] = [];
  private readonly rows = new Map<string, Row>();
  private readonly spare: Row[] = [];
  private asked = false;
  private stale = true;
  private current: string | null = null;
  private chosen: string | null = null;
  private odds = new Set<string>();
  private characters = 24;

  constructor(
    private readonly scroller: HTMLElement,
    private readonly floor: HTMLElement,
    private readonly track: Track,
    private readonly hands: Hands,
    private readonly words: Words,
    private readonly limits: Limits,
    private readonly lengthMs: number,
  ) {
    scroller.addEventListener("scroll", () => this.ask(false), { passive: true });
    new ResizeObserver(() => this.resized()).observe(scroller);
    track.listen((keys, placed) => this.changed(keys, placed));
    this.measure();
    this.ask();
  }

  private changed(keys: readonly string[], placed: boolean): void {
    if (placed || keys.length > 1) {
      this.measure();
      this.ask();
      return;
    }
    const row = this.rows.get(keys[0] ?? "");
    const line = this.track.get(keys[0] ?? "");
    if (row && line) {
      const place = this.track.place(line.key);
      if (this.heightOf(line) !== (this.tops[place + 1] ?? 0) - (this.tops[place] ?? 0)) {
        this.measure();
        this.ask();
      }
      this.dress(row, line, place);
    }
  }

  private resized(): void {
    const characters = Math.max(8, Math.floor((this.scroller.clientWidth - BESIDE) / CHARACTER));
    if (characters !== this.characters) {
      this.characters = characters;
      this.measure();
    }
    this.ask();
  }

  /** Rows are as high as their words: reckoned, not measured, so that two thousand cost nothing. */
  private heightOf(line: Line): number {
    let rows = 0;
    for (const words of line.text.split("\n")) {
      rows += Math.max(1, Math.ceil(width(words) / this.characters));
    }
    return Math.max(ROW + (rows - 1) * MORE, isDoubtful(line) ? MARKED : 0);
  }

  private measure(): void {
    let top = 0;
    this.tops = this.track.lines.map((line) => {
      const at = top;
      top += this.heightOf(line);
      return at;
    });
    this.tops.push(top);
    this.floor.style.height = `${top}px`;
  }

  /** Render with the next frame; rows that stand already are only looked at again where something changed. */
  private ask(changed = true): void {
    this.stale ||= changed;
    if (!this.asked) {
      this.asked = true;
      requestAnimationFrame(() => {
        this.asked = false;
        this.render();
      });
    }
  }

  private placeAt(top: number): number {
    let low = 0;
    let high = this.track.lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.tops[middle + 1] as number) <= top) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private render(): void {
    const stale = this.stale;
    this.stale = false;
    const { scrollTop, clientHeight } = this.scroller;
    const { lines } = this.track;
    const first = Math.max(0, this.placeAt(scrollTop) - OVERSCAN);
    const last = Math.min(lines.length - 1, this.placeAt(scrollTop + clientHeight) + OVERSCAN);
    const wanted = new Set<string>();
    for (let place = first; place <= last; place++) {
      wanted.add((lines[place] as Line).key);
    }
    const writing = document.activeElement;
    this.rows.forEach((row, key) => {
      // Whoever writes keeps her line, wherever she scrolls.
      if (!wanted.has(key) && (!row.root.contains(writing) || !this.track.get(key))) {
        this.rows.delete(key);
        this.spare.push(row);
      }
    });
    for (let place = first; place <= last; place++) {
      const line = lines[place] as Line;
      const row = this.rows.get(line.key);
      if (stale || !row) {
        this.dress(row ?? this.makeRow(line.key), line, place);
      }
    }
    this.rows.forEach((row, key) => {
      const line = this.track.get(key);
      if (line && stale && !wanted.has(key)) {
        this.dress(row, line, this.track.place(key));
      }
    });
    // What was not needed again; rows that were stay where they are in the page, only moved: that costs least.
    this.spare.forEach(({ root }) => root.remove());
  }

  private makeRow(key: string): Row {
    const row = this.spare.pop() ?? this.build();
    row.key = key;
    this.rows.set(key, row);
    row.text.value = this.track.get(key)?.text ?? "";
    if (!row.root.isConnected) {
      this.floor.append(row.root);
    }
    return row;
  }

  private build(): Row {
    const root = document.createElement("div");
    root.className = "desk-row";
    root.setAttribute("role", "listitem");
    const play = document.createElement("button");
    play.type = "button";
    play.className = "desk-row-play";
    play.tabIndex = -1;
    const times = document.createElement("span");
    times.className = "desk-row-times";
    const text = document.createElement("textarea");
    text.rows = 2;
    text.spellcheck = false;
    text.dir = "auto";
    const marks = document.createElement("span");
    marks.className = "desk-row-marks";
    const settle = document.createElement("button");
    settle.type = "button";
    settle.className = "desk-row-settle";
    settle.textContent = this.words.settle;
    const side = document.createElement("div");
    side.className = "desk-row-side";
    side.append(marks, settle);
    root.append(play, times, text, side);
    const row: Row = { key: "", root, play, times, text, marks, settle };
    play.addEventListener("click", () => this.hands.play(row.key));
    settle.addEventListener("click", () => this.hands.settle(row.key));
    text.addEventListener("focus", () => this.hands.choose(row.key));
    // What an input method has not settled on yet is no change.
    text.addEventListener("input", (event) => {
      if (!(event as InputEvent).isComposing) {
        this.hands.type(row.key, text.value);
      }
    });
    text.addEventListener("compositionstart", () => (text.dataset.composing = ""));
    text.addEventListener("compositionend", () => {
      delete text.dataset.composing;
      this.hands.type(row.key, text.value);
    });
    root.addEventListener("pointerdown", () => this.hands.choose(row.key));
    return row;
  }

  private dress(row: Row, line: Line, place: number): void {
    const { root, play, times, text, marks, settle } = row;
    root.style.transform = `translateY(${this.tops[place] ?? 0}px)`;
    root.style.height = `${this.heightOf(line)}px`;
    root.setAttribute("aria-posinset", String(place + 1));
    root.setAttribute("aria-setsize", String(this.track.lines.length));
    const number = String(place + 1);
    if (play.textContent !== number) {
      play.textContent = number;
      play.setAttribute("aria-label", this.words.play.replace("{number}", number));
      text.setAttribute("aria-label", this.words.words.replace("{number}", number));
    }
    const clock = `${writeTime(line.start)}\n${writeTime(line.end)}`;
    if (times.textContent !== clock) {
      times.textContent = clock;
    }
    if (text.value !== line.text && !("composing" in text.dataset)) {
      const at = text.selectionStart;
      text.value = line.text;
      if (document.activeElement === text) {
        text.setSelectionRange(at, at);
      }
    }
    const warnings = warningsOf(line, this.track.lines[place - 1], this.limits, this.lengthMs);
    const doubtful = isDoubtful(line);
    const said = [
      ...line.flags.map((flag) => (doubtful ? "⚠ " : "✓ ") + (this.words.flags[flag] ?? flag)),
      ...warnings.map((warning) => this.words.warnings[warning]),
      ...(line.corrected ?? []),
    ];
    const rate = this.words.perSecond.replace("{rate}", perSecond(line).toFixed(1));
    const summary = said.length ? said.join(" · ") : rate;
    if (marks.textContent !== summary) {
      marks.textContent = summary;
      marks.title = [rate, ...said].join("\n");
    }
    settle.hidden = !doubtful;
    // The list is one stop for the Tab key; keys of its own walk the lines, which stand in the page in any order.
    text.tabIndex = settle.tabIndex = line.key === this.chosen || (this.chosen === null && place === 0) ? 0 : -1;
    const states: [string, boolean][] = [
      ["is-current", line.key === this.current],
      ["is-chosen", line.key === this.chosen],
      ["is-doubtful", doubtful],
      ["is-warned", !doubtful && warnings.length > 0],
      ["is-odd", this.odds.has(line.key)],
    ];
    states.forEach(([name, holds]) => root.classList.toggle(name, holds));
    root.dataset.degree = String(degreeOf(line.confidence));
  }

  private redress(key: string | null): void {
    const row = key === null ? undefined : this.rows.get(key);
    const line = key === null ? null : this.track.get(key);
    if (row && line) {
      this.dress(row, line, this.track.place(line.key));
    }
  }

  /** Mark the line that is being spoken; with `follow`, bring it into sight. */
  setCurrent(key: string | null, follow: boolean): void {
    if (key === this.current) {
      return;
    }
    const former = this.current;
    this.current = key;
    this.redress(former);
    this.redress(key);
    if (key !== null && follow) {
      this.show(key);
    }
  }

  setChosen(key: string | null): void {
    const former = this.chosen;
    this.chosen = key;
    this.redress(former);
    this.redress(key);
  }

  setOdds(keys: Iterable<string>): void {
    this.odds = new Set(keys);
    this.ask();
  }

  /** Scroll the list, never the page, so far that the line stands in its middle part. */
  show(key: string): void {
    const place = this.track.place(key);
    const top = this.tops[place];
    if (top === undefined) {
      return;
    }
    const { scrollTop, clientHeight } = this.scroller;
    if (top < scrollTop + ROW || top + 2 * ROW > scrollTop + clientHeight) {
      this.scroller.scrollTop = top - clientHeight * 0.35;
      this.render();
    }
  }

  /** Put the cursor into the words of a line. */
  focus(key: string, at: number | null = null): void {
    this.show(key);
    if (!this.rows.has(key)) {
      this.render();
    }
    const row = this.rows.get(key);
    row?.text.focus({ preventScroll: true });
    if (row && at !== null) {
      row.text.setSelectionRange(at, at);
    }
  }

  /** Where the cursor stands in the words of a line; null where it stands elsewhere. */
  cursorIn(key: string): number | null {
    const text = this.rows.get(key)?.text;
    return text && document.activeElement === text ? text.selectionStart : null;
  }
}
