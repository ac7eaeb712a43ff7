// The sound as a picture around the playhead, with the lines over it: a press seeks, an edge can be dragged.
import type { Line, Track } from "./track.ts";
import { writeTime } from "./times.ts";

const PEAKS_PER_SECOND = 100;
const CHUNK_SECONDS = 600;
const EDGE_PX = 7;
const LATER_MS = 150;
const COLOURS = ["--wave", "--wave-line", "--wave-chosen", "--wave-now", "--ink"];
const SPANS = [6, 12, 24, 60];

export interface WaveHands {
  seek(ms: number): void;
  choose(key: string): void;
  retime(key: string, times: { start?: number; end?: number }): void;
}

interface Drag {
  key: string;
  edge: "start" | "end";
  at: number;
}

export class Wave {
  private readonly pen: CanvasRenderingContext2D | null;
  private readonly chunks = new Map<number, Uint8Array | null>();
  private span = 12;
  private now = 0;
  private from = 0;
  private drag: Drag | null = null;
  private asked = false;
  private silent = false;
  private chosen: string | null = null;
  private waiting = 0;
  private colours: Record<string, string> = {};
  private size = { width: 0, height: 0 };

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly track: Track,
    private readonly address: string | null,
    private readonly hands: WaveHands,
  ) {
    this.pen = canvas.getContext("2d");
    new ResizeObserver(() => this.resize()).observe(canvas);
    track.listen(() => this.askLater());
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", () => this.release());
    canvas.addEventListener("pointercancel", () => (this.drag = null));
    canvas.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        this.zoom(event.deltaY > 0 ? 1 : -1);
      },
      { passive: false },
    );
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.resize());
    this.resize();
  }

  zoom(by: number): void {
    const place = Math.min(Math.max(SPANS.indexOf(this.span) + by, 0), SPANS.length - 1);
    this.span = SPANS[place] as number;
    this.from = Math.max(0, this.now - this.span * 400);
    this.ask();
  }

  setChosen(key: string | null): void {
    this.chosen = key;
    this.ask();
  }

  /** The playhead, in ms. The picture stands still while the playhead crosses it, and turns the page near its end. */
  setNow(ms: number): void {
    this.now = ms;
    const span = this.span * 1000;
    if (ms < this.from || ms > this.from + span * 0.9) {
      this.from = Math.max(0, ms - span * 0.15);
    }
    this.ask();
  }

  private resize(): void {
    const box = this.canvas.getBoundingClientRect();
    const scale = Math.min(window.devicePixelRatio || 1, 2);
    this.size = { width: box.width, height: box.height };
    this.canvas.width = Math.round(box.width * scale);
    this.canvas.height = Math.round(box.height * scale);
    this.pen?.setTransform(scale, 0, 0, scale, 0, 0);
    this.readColours();
    this.ask();
  }

  /** Asking for a style costs a layout, so it is done when the window or the theme changes, not for each picture. */
  private readColours(): void {
    const style = getComputedStyle(this.canvas);
    this.colours = Object.fromEntries(COLOURS.map((name) => [name, style.getPropertyValue(name).trim()]));
  }

  private ask(): void {
    if (!this.asked) {
      this.asked = true;
      requestAnimationFrame(() => {
        this.asked = false;
        this.draw();
      });
    }
  }

  /** Whoever types needs her letters at once; the picture follows when she pauses. */
  private askLater(): void {
    window.clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => this.ask(), LATER_MS);
  }

  private x(ms: number): number {
    return ((ms - this.from) / (this.span * 1000)) * this.size.width;
  }

  private ms(x: number): number {
    return this.from + (x / (this.size.width || 1)) * this.span * 1000;
  }

  private draw(): void {
    const { pen, size } = this;
    if (!pen || !size.width) {
      return;
    }
    const colour = (name: string): string => this.colours[name] ?? "#888";
    pen.clearRect(0, 0, size.width, size.height);
    this.drawSound(pen, colour("--wave"));
    this.drawLines(pen, colour("--wave-line"), colour("--wave-chosen"), colour("--ink"));
    pen.fillStyle = colour("--wave-now");
    pen.fillRect(this.x(this.now) - 1, 0, 2, size.height);
  }

  private drawSound(pen: CanvasRenderingContext2D, colour: string): void {
    const { width, height } = this.size;
    const middle = height / 2 + 8;
    pen.fillStyle = colour;
    const step = (this.span * PEAKS_PER_SECOND) / width;
    const first = (this.from / 1000) * PEAKS_PER_SECOND;
    for (let x = 0; x < width; x += 2) {
      let loudest = 0;
      const until = first + (x + 2) * step;
      for (let at = Math.floor(first + x * step); at < until; at++) {
        loudest = Math.max(loudest, this.peak(at));
      }
      // A root, so that quiet speech is seen as well.
      const tall = Math.max(1, Math.sqrt(loudest / 255) * (height - 24));
      pen.fillRect(x, middle - tall / 2, 1.4, tall);
    }
  }

  private peak(at: number): number {
    const chunk = Math.floor(at / (CHUNK_SECONDS * PEAKS_PER_SECOND));
    const peaks = this.chunks.get(chunk);
    if (peaks === undefined) {
      void this.fetch(chunk);
      return 0;
    }
    return peaks?.[at - chunk * CHUNK_SECONDS * PEAKS_PER_SECOND] ?? 0;
  }

  private async fetch(chunk: number): Promise<void> {
    this.chunks.set(chunk, null);
    if (!this.address || this.silent) {
      return;
    }
    const size = CHUNK_SECONDS * PEAKS_PER_SECOND;
    try {
      const headers = { Range: `bytes=${chunk * size}-${(chunk + 1) * size - 1}` };
      const response = await fetch(this.address, { headers, credentials: "same-origin" });
      if (response.status === 206) {
        this.chunks.set(chunk, new Uint8Array(await response.arrayBuffer()));
      } else if (response.status === 200) {
        this.chunks.set(chunk, new Uint8Array(await response.arrayBuffer()).subarray(chunk * size, (chunk + 1) * size));
      } else if (response.status !== 416) {
        this.silent = true; // made before peaks were kept
      }
      this.ask();
    } catch {
      this.chunks.delete(chunk);
    }
  }

  private inSight(): Line[] {
    const until = this.from + this.span * 1000;
    const found: Line[] = [];
    for (let place = Math.max(0, this.track.placeAt(this.from) - 2); place < this.track.lines.length; place++) {
      const line = this.track.lines[place] as Line;
      if (line.start > until) {
        break;
      }
      found.push(this.drag?.key === line.key ? { ...line, [this.drag.edge]: this.drag.at } : line);
    }
    return found;
  }

  private drawLines(pen: CanvasRenderingContext2D, colour: string, chosen: string, ink: string): void {
    const { height } = this.size;
    pen.font = "12px sans-serif";
    pen.textBaseline = "top";
    for (const line of this.inSight()) {
      const [left, right] = [this.x(line.start), this.x(line.end)];
      pen.globalAlpha = 0.22;
      pen.fillStyle = line.key === this.chosen ? chosen : colour;
      pen.fillRect(left, 0, right - left, height);
      pen.globalAlpha = 1;
      pen.fillRect(left, 0, 2, height);
      pen.fillRect(right - 2, 0, 2, height);
      pen.save();
      pen.beginPath();
      pen.rect(left + 4, 0, Math.max(0, right - left - 8), height);
      pen.clip();
      pen.fillStyle = ink;
      pen.fillText(`${this.track.place(line.key) + 1}  ${line.text.replace(/\n/g, " ")}`, left + 5, 3);
      pen.restore();
    }
    pen.fillStyle = ink;
    pen.textBaseline = "bottom";
    const every = this.span <= 12 ? 2 : this.span <= 24 ? 5 : 10;
    for (let second = Math.ceil(this.from / 1000 / every) * every; second * 1000 < this.from + this.span * 1000; second += every) {
      pen.fillText(writeTime(second * 1000).replace(/\.\d+$/, ""), this.x(second * 1000) + 3, height - 1);
      pen.fillRect(this.x(second * 1000), height - 6, 1, 6);
    }
  }

  private edgeAt(x: number): Drag | null {
    let best: Drag | null = null;
    let nearest = EDGE_PX;
    for (const line of this.inSight()) {
      for (const edge of ["start", "end"] as const) {
        const away = Math.abs(this.x(line[edge]) - x) - (line.key === this.chosen ? 2 : 0);
        if (away < nearest) {
          nearest = away;
          best = { key: line.key, edge, at: line[edge] };
        }
      }
    }
    return best;
  }

  private press(event: PointerEvent): void {
    this.drag = this.edgeAt(event.offsetX);
    if (this.drag) {
      this.canvas.setPointerCapture(event.pointerId);
      this.hands.choose(this.drag.key);
      return;
    }
    const ms = this.ms(event.offsetX);
    const line = this.track.shownAt(ms);
    if (line) {
      this.hands.choose(line.key);
    }
    this.hands.seek(ms);
  }

  private move(event: PointerEvent): void {
    if (!this.drag) {
      this.canvas.style.cursor = this.edgeAt(event.offsetX) ? "ew-resize" : "pointer";
      return;
    }
    this.drag.at = Math.max(0, Math.round(this.ms(event.offsetX)));
    this.ask();
  }

  private release(): void {
    const drag = this.drag;
    this.drag = null;
    if (drag) {
      this.hands.retime(drag.key, { [drag.edge]: drag.at });
      this.ask();
    }
  }
}
