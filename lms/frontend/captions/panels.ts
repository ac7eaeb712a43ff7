// The panels above the film: search and replace, shifting times, tapping along, the keys. One is open at a time.
import * as edits from "./edits.ts";
import { Tapper } from "./tap.ts";
import type { Texts } from "./texts.ts";
import type { Track } from "./track.ts";

export interface PanelHands {
  /** The line that tools work on, and the moment of the film in ms. */
  worked(): string | null;
  now(): number;
  /** Choose a line and show it; by hand, with its picture. */
  go(key: string, byHand: boolean): void;
  play(): void;
  say(sentence: string): void;
}

export class Panels {
  private readonly tapper: Tapper;

  constructor(
    private readonly root: HTMLElement,
    private readonly part: <T extends HTMLElement>(selector: string) => T,
    private readonly track: Track,
    private readonly texts: Texts,
    private readonly hands: PanelHands,
  ) {
    this.tapper = new Tapper(track);
    track.listen(() => this.countFound());
    const tap = part("[data-tap]");
    tap.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.tapDown();
    });
    tap.addEventListener("pointerup", () => this.tapUp());
    part<HTMLInputElement>("[data-find]").addEventListener("input", () => this.countFound());
  }

  get tapping(): boolean {
    return this.tapper.active;
  }

  tapUp(): void {
    this.tapper.up(this.hands.now());
  }

  isOpen(name: string): boolean {
    return !this.part(`[data-panel=${name}]`).hidden;
  }

  close(): boolean {
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

  toggle(name: string): void {
    const open = !this.isOpen(name);
    this.close();
    if (!open) {
      return;
    }
    const panel = this.part(`[data-panel=${name}]`);
    panel.hidden = false;
    this.root.querySelector(`[data-act=${name}]`)?.setAttribute("aria-expanded", "true");
    if (name === "tap") {
      this.tapper.begin(this.hands.worked());
      this.showTap();
      (document.activeElement as HTMLElement | null)?.blur();
    } else {
      panel.querySelector<HTMLElement>("input, button")?.focus();
    }
    this.countFound();
  }

  tapDown(): void {
    this.hands.play();
    this.tapper.down(this.hands.now());
    this.showTap();
  }

  private showTap(): void {
    const key = this.tapper.upcoming;
    const line = key ? this.track.get(key) : null;
    this.part("[data-tap-next]").textContent = line ? this.texts.tapNext.replace("{text}", line.text.replace(/\n/g, " ")) : this.texts.tapEnd;
    if (key) {
      this.hands.go(key, false);
    }
  }

  private get sought(): { words: string; by: string } {
    return {
      words: this.part<HTMLInputElement>("[data-find]").value,
      by: this.part<HTMLInputElement>("[data-replace]").value,
    };
  }

  countFound(): void {
    if (!this.isOpen("search")) {
      return;
    }
    const { times, keys } = edits.find(this.track, this.sought.words);
    this.part("[data-found]").textContent = this.sought.words
      ? this.texts.found.replace("{times}", String(times)).replace("{lines}", String(keys.length))
      : "";
  }

  findNext(): void {
    const { keys } = edits.find(this.track, this.sought.words);
    const from = this.track.place(this.hands.worked() ?? "");
    const key = keys.find((each) => this.track.place(each) > from) ?? keys[0];
    if (key) {
      this.hands.go(key, true);
    }
  }

  replace(all: boolean): void {
    const { words, by } = this.sought;
    const key = this.hands.worked();
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

  shiftBy(): void {
    const field = this.part<HTMLInputElement>("[data-shift]");
    const text = field.value.trim().replace(/[，。,]/g, ".").replace("−", "-").replace("＋", "+");
    const ms = Number(text) * 1000;
    if (!text || Number.isNaN(ms)) {
      this.hands.say(this.texts.noTime);
      return;
    }
    this.track.change(edits.shift(this.track, this.hands.worked(), this.scope, ms), "shift");
  }

  shiftNow(): void {
    const line = this.track.get(this.hands.worked() ?? "");
    if (line) {
      this.track.change(edits.shift(this.track, line.key, this.scope, this.hands.now() - line.start), "shift");
    }
  }
}
