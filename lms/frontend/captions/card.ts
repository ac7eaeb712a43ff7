// The chosen line, large: its times, its words on a phone, why it is doubted. All its parts stand in the template.
import { type Limits, perSecond, warningsOf } from "./measure.ts";
import type { Words } from "./list.ts";
import { readTime, writeTime } from "./times.ts";
import { isDoubtful, type Track } from "./track.ts";

export interface CardHands {
  type(key: string, text: string): void;
  retime(key: string, times: { start?: number; end?: number }): void;
  settle(key: string): void;
}

export class Card {
  private key: string | null = null;
  private readonly number: HTMLElement;
  private readonly start: HTMLInputElement;
  private readonly end: HTMLInputElement;
  private readonly text: HTMLTextAreaElement;
  private readonly said: HTMLElement;
  private readonly heard: HTMLElement;
  private readonly settleRow: HTMLElement;
  private readonly settled: HTMLInputElement;
  private readonly confidence: HTMLElement;
  private composing = false;

  constructor(
    root: HTMLElement,
    private readonly track: Track,
    private readonly hands: CardHands,
    private readonly words: Words & { of: string; heard: string; confidence: string },
    private readonly limits: Limits,
    private readonly lengthMs: number,
  ) {
    const part = <T extends Element>(name: string): T => root.querySelector<T>(`[data-card-${name}]`) as T;
    this.number = part("number");
    this.start = part("start");
    this.end = part("end");
    this.text = part("text");
    this.said = part("said");
    this.heard = part("heard");
    this.settleRow = part("settle-row");
    this.settled = part("settled");
    this.confidence = part("confidence");
    const retime = (field: HTMLInputElement, edge: "start" | "end"): void => {
      const ms = readTime(field.value);
      if (this.key && !Number.isNaN(ms)) {
        this.hands.retime(this.key, { [edge]: ms });
      }
      this.show();
    };
    this.start.addEventListener("change", () => retime(this.start, "start"));
    this.end.addEventListener("change", () => retime(this.end, "end"));
    this.settled.addEventListener("change", () => this.key && this.hands.settle(this.key));
    this.text.addEventListener("input", (event) => {
      if (!(event as InputEvent).isComposing) {
        this.typed();
      }
    });
    this.text.addEventListener("compositionstart", () => (this.composing = true));
    this.text.addEventListener("compositionend", () => {
      this.composing = false;
      this.typed();
    });
    track.listen((keys, placed) => {
      if (placed || (this.key && keys.includes(this.key))) {
        this.show();
      }
    });
  }

  private typed(): void {
    if (this.key) {
      this.hands.type(this.key, this.text.value);
    }
  }

  choose(key: string | null): void {
    this.key = key;
    this.show();
  }

  get cursor(): number | null {
    return document.activeElement === this.text ? this.text.selectionStart : null;
  }

  private show(): void {
    const line = this.key ? this.track.get(this.key) : null;
    const place = this.key ? this.track.place(this.key) : -1;
    this.number.textContent = line
      ? this.words.of.replace("{number}", String(place + 1)).replace("{count}", String(this.track.lines.length))
      : "";
    for (const field of [this.start, this.end, this.text, this.settled]) {
      field.disabled = !line;
    }
    const write = (field: HTMLInputElement | HTMLTextAreaElement, value: string): void => {
      if (field.value !== value) {
        field.value = value;
      }
    };
    write(this.start, line ? writeTime(line.start) : "");
    write(this.end, line ? writeTime(line.end) : "");
    if (!this.composing) {
      write(this.text, line?.text ?? "");
    }
    const warnings = line ? warningsOf(line, this.track.lines[place - 1], this.limits, this.lengthMs) : [];
    const said = [
      ...(line?.flags ?? []).map((flag) => this.words.flags[flag] ?? flag),
      ...warnings.map((warning) => this.words.warnings[warning]),
      ...(line?.corrected ?? []),
    ];
    this.said.textContent = "";
    for (const sentence of said) {
      const item = document.createElement("li");
      item.textContent = sentence;
      this.said.append(item);
    }
    this.confidence.textContent = line
      ? [
          this.words.perSecond.replace("{rate}", perSecond(line).toFixed(1)),
          line.confidence === null ? "" : this.words.confidence.replace("{percent}", String(Math.round(line.confidence * 100))),
        ]
          .filter(Boolean)
          .join(" · ")
      : "";
    this.heard.hidden = !line?.heard;
    this.heard.textContent = line?.heard ? this.words.heard.replace("{text}", line.heard) : "";
    this.settleRow.hidden = !line?.flags.length;
    this.settled.checked = Boolean(line && line.flags.length && !isDoubtful(line));
  }
}
