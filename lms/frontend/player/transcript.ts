// The words under the picture: they follow the sound, and a press on a line plays from there.

export interface Line {
  start: number;
  element: HTMLElement;
}

/** Index of the line that is spoken at `position` (s), or -1 before the first. */
export function lineAt(starts: readonly number[], position: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= position) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

/** How long the list stays where the reader scrolled it before it follows again. */
const READING_MS = 6000;

export class Transcript {
  private readonly buttons: HTMLButtonElement[] = [];
  private readonly starts: number[] = [];
  private current = -1;
  private touchedAt = -READING_MS;

  constructor(
    private readonly list: HTMLElement,
    private readonly seek: (seconds: number) => void,
  ) {
    list.querySelectorAll<HTMLElement>("[data-start]").forEach((item) => this.addLine(item));
    this.buttons[0]?.setAttribute("tabindex", "0");
    list.addEventListener("keydown", (event) => this.move(event));
    for (const touch of ["wheel", "touchmove", "pointerdown"]) {
      list.addEventListener(touch, () => (this.touchedAt = performance.now()), { passive: true });
    }
  }

  /** Long recordings bring their lines with the caption track instead of the page. */
  fill(cues: TextTrackCueList): void {
    for (const cue of Array.from(cues) as VTTCue[]) {
      const item = document.createElement("li");
      item.dataset.start = String(Math.round(cue.startTime * 1000));
      item.textContent = cue.text;
      this.list.append(item);
      this.addLine(item);
    }
    this.buttons[0]?.setAttribute("tabindex", "0");
  }

  get empty(): boolean {
    return this.buttons.length === 0;
  }

  follow(position: number): void {
    const index = lineAt(this.starts, position);
    if (index === this.current) {
      return;
    }
    this.buttons[this.current]?.removeAttribute("aria-current");
    this.current = index;
    const button = this.buttons[index];
    if (button) {
      button.setAttribute("aria-current", "true");
      this.bring(button);
    }
  }

  /** Scroll to the line that is spoken there, before anything plays. */
  show(position: number): void {
    const button = position > 0 ? this.buttons[lineAt(this.starts, position)] : undefined;
    if (button) {
      this.reach(this.buttons.indexOf(button));
      this.bring(button);
    }
  }

  /** The field above the lines: those that hold what is typed stay; how it is searched is loaded when it is used. */
  offerSearch(field: HTMLInputElement, status: HTMLElement): void {
    field.closest<HTMLElement>("[data-transcript-search]")!.hidden = false;
    field.addEventListener("focus", () => void import("./transcriptsearch.ts").then((part) =>
      part.searchLines(field, status, this.buttons, (index) => this.reach(index))), { once: true });
  }

  private addLine(item: HTMLElement): void {
    const start = Number(item.dataset.start) / 1000;
    const button = document.createElement("button");
    button.type = "button";
    button.tabIndex = -1;
    button.append(...Array.from(item.childNodes));
    button.addEventListener("click", () => {
      this.reach(this.buttons.indexOf(button));
      this.seek(start);
    });
    item.append(button);
    this.buttons.push(button);
    this.starts.push(start);
  }

  /** The arrow keys walk the lines; Tab passes the list in one step. */
  private move(event: KeyboardEvent): void {
    const shown = this.buttons.filter((button) => !button.parentElement!.hidden);
    const from = shown.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: shown.length - 1 }[event.key];
    const next = from >= 0 && to !== undefined && shown[to];
    if (next) {
      event.preventDefault();
      this.touchedAt = performance.now();
      this.reach(this.buttons.indexOf(next));
      next.focus();
    }
  }

  private reach(index: number): void {
    this.buttons.forEach((button, other) => (button.tabIndex = other === index ? 0 : -1));
  }

  /** Scroll the list, never the page. */
  private bring(button: HTMLElement): void {
    if (performance.now() - this.touchedAt < READING_MS) {
      return;
    }
    const top = button.offsetTop - this.list.clientHeight / 3;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.list.scrollTo({ top, behavior: calm ? "auto" : "smooth" });
  }
}
