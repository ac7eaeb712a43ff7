// Puts a playlist into the <video>: natively where the browser plays HLS, through hls.js where it must.
import type Hls from "hls.js";
import { isTooSlow, savesData } from "./thrift.ts";

export interface Addresses {
  master: string;
  /** Sound alone; hls.js drops that level of the master, so listening loads this playlist itself. */
  audio: string | null;
  /** WebVTT map of thumbnails. */
  storyboard: string | null;
  /** One file to keep. */
  offline: string | null;
  /** ISO moment after which the addresses answer no more. */
  expires_at: string | null;
}

const HLS_TYPE = "application/vnd.apple.mpegurl";

/** Otherwise up to ten minutes of a small picture are fetched ahead, and paid for by whoever leaves before. */
const SAVING_AHEAD_SECONDS = 30;

/** What a source tells whoever plays it. */
export interface Told {
  /** The stream broke, and its own attempts to mend it failed. */
  lost: () => void;
  /** The first of the picture came so slowly that the rest would stand still again and again. */
  slow?: () => void;
  /** Neither the stream nor one whole file can be played here. */
  unplayable?: () => void;
}

const hasMediaSource = "MediaSource" in window || "WebKitMediaSource" in window;

export class Source {
  private hls: Hls | null = null;
  private native: boolean;
  private isWhole = false;
  private turn = 0;

  /** `whole` names one file with everything in it, for browsers that play no stream in any way. */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly told: Told,
    private readonly whole: () => string | null = () => null,
  ) {
    this.native = video.canPlayType(HLS_TYPE) !== "";
    // The one file is there for pages without scripts: after a lost stream the browser would go on to it beside our mending.
    video.querySelectorAll("source[type='video/mp4']").forEach((source) => source.remove());
    // With capture, because the error of a <source> does not bubble.
    video.addEventListener("error", () => this.failed(), true);
  }

  /** Whether the browser plays the stream by itself. */
  get isNative(): boolean {
    return this.native;
  }

  /** Whether there is a choice between picture and sound: one whole file has both. */
  get streams(): boolean {
    return this.native || hasMediaSource;
  }

  /** Fetch what playing will need while nobody waits for it. */
  prepare(): void {
    if (!this.native && hasMediaSource && !savesData()) {
      void loadHls().catch(() => undefined); // pressed to play, it is fetched again
    }
  }

  /** Whether play() would work at once, without `load`. */
  get ready(): boolean {
    return this.native || this.isWhole || this.hls !== null;
  }

  /** Play `address` from `position` (s); playing goes on if it was going on. */
  async load(address: string, position: number, play: boolean): Promise<void> {
    const { video } = this;
    const rate = video.playbackRate;
    const turn = ++this.turn;
    this.hls?.destroy();
    this.hls = null;
    if (this.native) {
      this.loadPlainly(address, position);
    } else if (!this.streams) {
      const file = this.whole();
      if (!file) {
        this.told.unplayable?.();
        return;
      }
      this.isWhole = true;
      this.loadPlainly(file, position);
    } else {
      const { default: Player } = await loadHls();
      if (turn !== this.turn) {
        return; // something else was asked for meanwhile
      }
      this.loadThroughHls(Player, address, position);
    }
    video.playbackRate = rate;
    if (play) {
      // Refused when the browser wants a press of its own; the controls are there for that.
      await video.play().catch(() => undefined);
    }
  }

  private loadPlainly(address: string, position: number): void {
    const { video } = this;
    video.src = address;
    if (position > 0) {
      video.addEventListener("loadedmetadata", () => (video.currentTime = position), { once: true });
    }
    video.load();
  }

  private loadThroughHls(Player: typeof Hls, address: string, position: number): void {
    if (!Player.isSupported()) {
      this.told.unplayable?.();
      return;
    }
    // The smallest picture first: it is there soonest, and what it took to come decides about the next one.
    const saves = savesData();
    const ahead = saves ? { maxBufferLength: SAVING_AHEAD_SECONDS, maxMaxBufferLength: SAVING_AHEAD_SECONDS } : { maxBufferLength: 60 };
    const hls = new Player({ startPosition: position || -1, ...ahead, capLevelToPlayerSize: true, startLevel: 0 });
    if (saves) {
      hls.autoLevelCapping = 0;
    }
    let isFirst = true;
    hls.on(Player.Events.FRAG_LOADED, (_event, { frag }) => {
      const { start, end } = frag.stats.loading;
      if (isFirst && frag.sn !== "initSegment") {
        isFirst = false;
        if (isTooSlow(end - start, frag.duration)) {
          this.told.slow?.();
        }
      }
    });
    let recovered = false;
    hls.on(Player.Events.ERROR, (_event, data) => {
      if (!data.fatal) {
        return;
      }
      if (data.type === Player.ErrorTypes.MEDIA_ERROR && !recovered) {
        // Taking the picture out and in again pauses it; a second time the stream itself is loaded anew.
        recovered = true;
        const played = !this.video.paused;
        hls.recoverMediaError();
        if (played) {
          void this.video.play().catch(() => undefined);
        }
      } else {
        this.told.lost();
      }
    });
    this.hls = hls;
    hls.loadSource(address);
    hls.attachMedia(this.video);
  }

  private failed(): void {
    if (this.hls) {
      return; // hls.js mends or reports it itself
    }
    const cannotPlay = !this.video.error || this.video.error.code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED;
    if (this.native && cannotPlay && this.video.currentTime === 0 && "MediaSource" in window) {
      this.native = false; // it promised too much: some WebViews say "maybe" and cannot
    }
    this.told.lost();
  }
}

let loading: Promise<typeof import("hls.js/light")> | null = null;

function loadHls(): Promise<typeof import("hls.js/light")> {
  loading ??= import("hls.js/light").catch((error: unknown) => {
    loading = null; // a lost network is no reason never to try again
    throw error;
  });
  return loading;
}
