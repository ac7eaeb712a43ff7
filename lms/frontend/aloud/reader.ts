// Reads one part of a page: by the phone's voice, else from what the server rendered. The sentence that is read is marked.
// It begins when it is asked to, ends when a film plays or the page is left, and only one reads at a time.
import { characters, mark, sentences, unmark, wordsOf } from "./text.ts";
import { pace, voiceFor } from "./voices.ts";

export interface Piece {
  address: string;
  /** [begins at, in ms; characters that are seen] for each sentence. */
  cues: [number, number][];
}

export interface Reading {
  language: string;
  /** What is read, looked for anew each time. */
  blocks: () => HTMLElement[];
  /** What the server rendered; null where there is nothing. */
  sounds: (() => Promise<Piece[]>) | null;
  onState: (state: "reading" | "ended" | "failed") => void;
}

const MARKED = "aloud-now";
let current: Reader | null = null;

export class Reader {
  private marks: HTMLElement[][] = [];
  private blocks: HTMLElement[] = [];
  private audio: HTMLAudioElement | null = null;
  private going = false;

  constructor(private readonly reading: Reading) {}

  get isReading(): boolean {
    return this.going;
  }

  /** From the beginning. Called from a press, or phones refuse to sound. */
  start(): void {
    current?.stop();
    current = this;
    this.going = true;
    document.querySelectorAll<HTMLMediaElement>("video, audio").forEach((film) => film.pause());
    document.addEventListener("play", this.giveWay, true);
    window.addEventListener("pagehide", this.leave);
    this.blocks = this.reading.blocks();
    this.reading.onState("reading");
    const voice = voiceFor(this.reading.language);
    if (voice) {
      this.speak(voice);
    } else {
      void this.sound();
    }
  }

  stop(state: "ended" | "failed" = "ended"): void {
    if (!this.going) {
      return;
    }
    this.going = false;
    current = null;
    document.removeEventListener("play", this.giveWay, true);
    window.removeEventListener("pagehide", this.leave);
    this.clear();
    if (typeof speechSynthesis !== "undefined") {
      speechSynthesis.cancel();
    }
    if (this.audio) {
      this.audio.pause();
      this.audio.removeAttribute("src");
      this.audio = null;
    }
    this.reading.onState(state);
  }

  private readonly giveWay = (event: Event): void => {
    if (event.target !== this.audio) {
      this.stop();
    }
  };

  private readonly leave = (): void => this.stop();

  /** A question was answered and is no longer there: nothing more is said of it. */
  private isGone(): boolean {
    const gone = !this.blocks[0]?.isConnected;
    if (gone) {
      this.stop();
    }
    return gone;
  }

  private clear(): void {
    unmark(this.marks);
    this.marks = [];
  }

  private show(sentence: number): void {
    this.marks.forEach((spans, at) => spans.forEach((span) => span.classList.toggle(MARKED, at === sentence)));
    const [first] = this.marks[sentence] ?? [];
    const place = first?.getBoundingClientRect();
    if (first && place && (place.bottom > innerHeight || place.top < 0)) {
      first.scrollIntoView({ block: "center" });
    }
  }

  // The phone's voice

  private speak(voice: SpeechSynthesisVoice): void {
    speechSynthesis.cancel();
    const parts = this.blocks.map((block) => sentences(wordsOf(block)));
    const say = (block: number, sentence: number): void => {
      if (!this.going || this.isGone()) {
        return;
      }
      const texts = parts[block];
      if (!texts) {
        this.stop();
        return;
      }
      if (sentence === 0) {
        this.clear();
        this.marks = mark(this.blocks[block]!, texts.map(characters));
      }
      const text = texts[sentence];
      if (text === undefined) {
        say(block + 1, 0);
        return;
      }
      const said = new SpeechSynthesisUtterance(text.trim());
      said.voice = voice;
      said.lang = voice.lang;
      said.rate = pace();
      said.onend = () => say(block, sentence + 1);
      said.onerror = ({ error }) => this.going && this.stop(/cancel|interrupt/.test(error) ? "ended" : "failed");
      this.show(sentence);
      speechSynthesis.speak(said);
    };
    say(0, 0);
  }

  // What the server rendered

  private async sound(): Promise<void> {
    // Made in the press itself: a phone lets this one play later.
    const audio = new Audio();
    this.audio = audio;
    let pieces: Piece[] = [];
    try {
      pieces = (await this.reading.sounds?.()) ?? [];
    } catch {
      pieces = [];
    }
    if (!this.going || this.audio !== audio) {
      return;
    }
    if (!pieces.length) {
      this.stop("failed");
      return;
    }
    // Where page and server do not count the same blocks, it is read without marks.
    const marked = pieces.length === this.blocks.length;
    let [at, last] = [-1, -1];
    const next = (): void => {
      at += 1;
      last = -1;
      const piece = pieces[at];
      this.clear();
      if (!piece) {
        this.stop();
        return;
      }
      if (marked) {
        this.marks = mark(this.blocks[at]!, piece.cues.map(([, length]) => length));
      }
      audio.src = piece.address;
      audio.playbackRate = pace() < 0.9 ? 0.85 : 1;
      audio.play().catch(() => this.going && this.stop("failed"));
    };
    audio.addEventListener("timeupdate", () => {
      if (this.isGone()) {
        return;
      }
      const cues = pieces[at]?.cues ?? [];
      const now = cues.filter(([start]) => start <= audio.currentTime * 1000).length - 1;
      if (now !== last) {
        last = now;
        this.show(now);
      }
    });
    audio.addEventListener("ended", next);
    audio.addEventListener("error", () => this.going && audio.hasAttribute("src") && this.stop("failed"));
    next();
  }
}
