// Cutting a recording: marks set while it plays, drawn on a line of its time. What is sent is the form's own rows.

/** Seconds of 1:05.5; NaN for anything else. */
export function readTime(text: string): number {
  const plain = text.trim().replace(/：/g, ":").replace(/[。．]/g, ".");
  return /^(\d+:){0,2}\d+(\.\d+)?$/.test(plain) ? plain.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) : NaN;
}

/** 1:05.5 of 65.5; tenths only where there are any. */
export function writeTime(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes, rest] = [Math.floor(tenths / 36000), Math.floor(tenths / 600) % 60, Math.floor(tenths / 10) % 60];
  const text = hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
  return tenths % 10 ? `${text}.${tenths % 10}` : text;
}

export class Cutting {
  private readonly list: HTMLElement;
  private readonly line: HTMLElement;
  private readonly length: number;
  private chosen: HTMLElement | null = null;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly video: HTMLVideoElement,
  ) {
    form.classList.add("is-live");
    this.list = form.querySelector<HTMLElement>("[data-pieces]") as HTMLElement;
    this.line = form.querySelector<HTMLElement>("[data-line]") as HTMLElement;
    this.length = Number(form.dataset.length);
    if (form.hasAttribute("data-new")) {
      this.rows().slice(1).forEach((row) => row.remove());
      this.rows().forEach((row) => this.set(row, 0, this.length));
    }
    this.choose(this.rows()[0] ?? null);
    form.querySelectorAll("[data-live-only]").forEach((part) => part.removeAttribute("hidden"));
    form.addEventListener("click", (event) => this.pressed(event));
    form.addEventListener("focusin", (event) => this.choose((event.target as HTMLElement).closest<HTMLElement>("[data-piece]")));
    form.addEventListener("input", () => this.draw());
    document.addEventListener("keydown", (event) => this.key(event));
    video.addEventListener("timeupdate", () => this.drawHead());
    this.line.addEventListener("pointerdown", (event) => {
      const box = this.line.getBoundingClientRect();
      this.seek((this.length * (event.clientX - box.left)) / box.width);
    });
    this.draw();
  }

  private rows(): HTMLElement[] {
    return Array.from(this.list.querySelectorAll<HTMLElement>("[data-piece]"));
  }

  private field(row: HTMLElement, name: string): HTMLInputElement {
    return row.querySelector(`[name="${name}"]`) as HTMLInputElement;
  }

  private times(row: HTMLElement): [number, number] {
    return [readTime(this.field(row, "start").value || "0"), readTime(this.field(row, "end").value)];
  }

  private set(row: HTMLElement, start: number, end: number): void {
    this.field(row, "start").value = writeTime(start);
    this.field(row, "end").value = writeTime(end);
  }

  private get now(): number {
    return Math.min(Math.round(this.video.currentTime * 10) / 10, this.length);
  }

  private seek(seconds: number): void {
    this.video.currentTime = Math.min(Math.max(seconds, 0), this.length);
    this.drawHead();
  }

  private choose(row: HTMLElement | null): void {
    if (row) {
      this.chosen = row;
      this.rows().forEach((each) => each.toggleAttribute("data-chosen", each === row));
      this.draw();
    }
  }

  private pressed(event: Event): void {
    const button = (event.target as HTMLElement).closest<HTMLElement>("[data-do]");
    if (!button) {
      return;
    }
    const row = button.closest<HTMLElement>("[data-piece]");
    this.choose(row);
    this.act(button.dataset.do ?? "");
  }

  private act(what: string): void {
    const row = this.chosen;
    if (what === "split") {
      this.split();
    } else if (what === "add") {
      this.insert(null, this.now, this.length);
    } else if (row && what === "start") {
      this.field(row, "start").value = writeTime(this.now);
    } else if (row && what === "end") {
      this.field(row, "end").value = writeTime(this.now);
    } else if (row && what === "hear") {
      this.seek(this.times(row)[0] || 0);
      void this.video.play().catch(() => undefined);
    } else if (row && what === "remove" && this.rows().length > 1) {
      row.remove();
      this.choose(this.rows()[0] ?? null);
    }
    this.draw();
  }

  /** The piece under the moment at hand becomes two. */
  private split(): void {
    const now = this.now;
    const row = this.rows().find((each) => {
      const [start, end] = this.times(each);
      return start < now && now < end;
    });
    if (row) {
      const [, end] = this.times(row);
      this.field(row, "end").value = writeTime(now);
      this.insert(row, now, end);
    }
  }

  private insert(after: HTMLElement | null, start: number, end: number): void {
    const template = this.form.querySelector<HTMLTemplateElement>("template[data-new-piece]");
    const row = template?.content.firstElementChild?.cloneNode(true) as HTMLElement;
    this.list.insertBefore(row, after?.nextElementSibling ?? null);
    this.set(row, start, end);
    this.choose(row);
  }

  private key(event: KeyboardEvent): void {
    const writes = (event.target as HTMLElement).matches("input, textarea, select, video");
    if (writes || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const does: Record<string, () => void> = {
      i: () => this.act("start"),
      o: () => this.act("end"),
      s: () => this.act("split"),
      ArrowLeft: () => this.seek(this.video.currentTime - (event.shiftKey ? 0.1 : 1)),
      ArrowRight: () => this.seek(this.video.currentTime + (event.shiftKey ? 0.1 : 1)),
    };
    const act = does[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  }

  /** Numbers, lengths, and the pieces on the line. */
  private draw(): void {
    this.line.querySelectorAll("[data-part]").forEach((part) => part.remove());
    this.rows().forEach((row, index) => {
      const number = row.querySelector("[data-number]");
      if (number) {
        number.textContent = String(index + 1);
      }
      const [start, end] = this.times(row);
      const length = row.querySelector("[data-length-of]");
      if (length) {
        length.textContent = end > start ? writeTime(end - start) : "";
      }
      if (end > start) {
        const part = document.createElement("span");
        part.dataset.part = String(index + 1);
        part.textContent = String(index + 1);
        part.toggleAttribute("data-chosen", row === this.chosen);
        part.style.left = `${(100 * start) / this.length}%`;
        part.style.width = `${(100 * (Math.min(end, this.length) - start)) / this.length}%`;
        this.line.appendChild(part);
      }
    });
    this.drawHead();
  }

  private drawHead(): void {
    const head = this.line.querySelector<HTMLElement>("[data-head]");
    if (head) {
      head.style.left = `${(100 * this.now) / this.length}%`;
    }
    this.form.querySelectorAll("[data-now]").forEach((place) => (place.textContent = writeTime(this.now)));
  }
}
