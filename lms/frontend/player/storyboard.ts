// Shows where one is while the picture of a new place is still on its way: a thumbnail from the storyboard's sheets.

export interface Thumbnail {
  start: number;
  end: number;
  sheet: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

const CUE = /((?:\d+:)?\d+:[\d.]+) --> ((?:\d+:)?\d+:[\d.]+)[^\n]*\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)/g;

function seconds(time: string): number {
  return time.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** The thumbnails of a WebVTT map, in order of time (s). */
export function readMap(text: string): Thumbnail[] {
  return Array.from(text.replace(/\r/g, "").matchAll(CUE), (found) => {
    const [start, end] = [seconds(found[1] ?? ""), seconds(found[2] ?? "")];
    const [x = 0, y = 0, width = 0, height = 0] = found.slice(4).map(Number);
    return { start, end, sheet: found[3] ?? "", x, y, width, height };
  });
}

export class Storyboard {
  private thumbnails: Promise<Thumbnail[]> | null = null;

  /** `address` gives the map's present address; it changes when addresses are renewed. */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly view: HTMLElement,
    private readonly address: () => string | null,
  ) {
    video.addEventListener("seeking", () => void this.show());
    for (const done of ["seeked", "playing", "emptied"]) {
      video.addEventListener(done, () => (view.hidden = true));
    }
  }

  private async show(): Promise<void> {
    const address = this.address();
    if (!address) {
      return;
    }
    const thumbnails = await this.load(address);
    const { video, view } = this;
    const here = thumbnails.find(({ start, end }) => start <= video.currentTime && video.currentTime < end);
    if (!here || !video.seeking) {
      return;
    }
    const scale = Math.min(video.clientWidth / here.width, video.clientHeight / here.height);
    const picture = view.firstElementChild as HTMLElement;
    const sheet = new URL(here.sheet, new URL(address, location.href)).href;
    picture.style.width = `${here.width}px`;
    picture.style.height = `${here.height}px`;
    picture.style.transform = `translate(-50%, -50%) scale(${scale})`;
    picture.style.background = `url("${sheet}") ${-here.x}px ${-here.y}px`;
    view.hidden = false;
  }

  private load(address: string): Promise<Thumbnail[]> {
    this.thumbnails ??= fetch(address, { credentials: "same-origin" })
      .then(async (response) => (response.ok ? readMap(await response.text()) : []))
      .catch(() => {
        this.thumbnails = null;
        return [];
      });
    return this.thumbnails;
  }
}
