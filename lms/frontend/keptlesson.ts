// The page of a lesson that this phone has kept: plays it from here, collects what is played, and hands it in once there
// is a network, as a report of its package. What is refused, and why, the pages with network tell.
import { bury, keepPlace, placeIn } from "./kept/hint.ts";
import { bytesHere, type Lesson, withLessons } from "./kept/lessons.ts";
import { handInPractice, isOver, tidy } from "./kept/tidying.ts";
import { FILM } from "./kept/words.ts";
import { Handover } from "./player/handover.ts";
import { BLOCK, type Receipt, Reporter } from "./player/reporter.ts";
import { alone, send } from "./player/sending.ts";
import { openStore } from "./player/stores.ts";
import { counts, StretchCollector } from "./player/stretches.ts";
import { Transcript } from "./player/transcript.ts";

const REPORT_EVERY_MS = 15_000;
const NOTE_EVERY_MS = 2000;
/** Nearer to the end than this one starts from the front. */
const NEARLY_OVER_SECONDS = 8;
/** Where nothing can be counted any more, pages that play at the same time hardly ever draw the same. */
const BLOCKS_DRAWN = 20_000;

class KeptLesson {
  private readonly video = this.part<HTMLVideoElement>("video");
  private readonly status = this.part<HTMLElement>("[data-status]");
  private readonly collector = new StretchCollector();
  private readonly lesson = Number(this.root.dataset.lesson);
  private transcript: Transcript | null = null;
  private reporter: Reporter | null = null;
  private handover: Handover | null = null;
  private row: Lesson | undefined;
  private noted = 0;
  private begun = false;
  private unseen = false;

  constructor(private readonly root: HTMLElement) {
    this.follow(); // at once: whoever presses play need not wait for what follows
    if (!this.video.paused) {
      this.begin();
    }
    void this.open();
  }

  private part<T extends Element>(selector: string): T {
    const found = this.root.querySelector<T>(selector);
    if (!found) {
      throw new Error(`The player lacks ${selector}`);
    }
    return found;
  }

  private say(name: string | null): void {
    this.status.textContent = name ? (this.root.dataset[`text${name.charAt(0).toUpperCase()}${name.slice(1)}`] ?? name) : "";
    this.status.hidden = !name;
  }

  private async open(): Promise<void> {
    this.row = await withLessons((lessons) => lessons.get(this.lesson)).catch(() => undefined);
    const { row } = this;
    if (!row || isOver(row, Date.now())) {
      this.refuse(row ? "over" : "missing");
      await tidy().catch(() => undefined); // takes it away, and says so in the list
      return;
    }
    const list = document.querySelector<HTMLElement>("[data-transcript]");
    this.transcript = list && new Transcript(list, (seconds) => this.playFrom(seconds));
    if (!(await this.isAllHere(row))) {
      await this.loseIt(row);
      return;
    }
    if (this.video.error) {
      this.say("broken");
    }
    this.followTrack();
    this.practise(row);
    await this.openOutbox(row);
    if (this.video.paused) {
      await this.report(); // what was played to its end meanwhile
    }
    void tidy().then((left) => left.some((each) => each.package === row.package) || this.end("withdrawn"), () => undefined);
  }

  /** Questions in the film, asked and marked by what lies on this phone. Few lessons have any. */
  private practise({ lesson, package: code }: Lesson): void {
    const { practiceUrl } = this.root.dataset;
    if (practiceUrl) {
      void Promise.all([import("./player/practice.ts"), import("./kept/practised.ts")]).then(
        ([player, kept]) => new player.Practice(this.root, this.video, kept.keptHere(practiceUrl, { lesson, package: code })),
        () => undefined,
      );
    }
  }

  /** No picture, but a sentence. */
  private refuse(name: string): void {
    this.video.removeAttribute("src");
    this.video.load();
    document.querySelectorAll<HTMLElement>("[data-while-kept]").forEach((each) => (each.hidden = true));
    this.root.querySelector<HTMLElement>(`[data-refused-because="${name}"]`)?.removeAttribute("hidden");
  }

  /** The right has ended while the page was open. */
  private end(why: "over" | "withdrawn"): void {
    this.video.pause();
    this.refuse(why);
  }

  private async openOutbox(row: Lesson): Promise<void> {
    const handover = new Handover(this.root.dataset.workerUrl ?? "", (sent) => {
      sent.forEach(({ report, receipt }) => report.session === row.package && this.show(receipt));
      void this.reporter?.flush();
    });
    this.handover = handover;
    const reporter = new Reporter(
      {
        lesson: this.lesson,
        store: await openStore(),
        isPackage: true,
        send: async (reports, leaving) =>
          (await send(this.root.dataset.reportsUrl ?? "", reports, reports[reports.length - 1]?.token, leaving)).answers,
        alone,
        onReceipt: (receipt, report) => report.session === row.package && this.show(receipt),
        onState: (state) => {
          this.tell(state);
          if (state === "waiting") {
            handover.ask();
          }
        },
        later: (callback, seconds) => void window.setTimeout(callback, seconds * 1000),
        now: () => Date.now(),
      },
      "",
    );
    reporter.startSession(row.package, (await this.block()) * BLOCK);
    this.reporter = reporter;
    await reporter.flush();
  }

  /** Two pages that play the same package number their reports apart. */
  private async block(): Promise<number> {
    try {
      const block = await withLessons((lessons) => lessons.nextBlock(this.lesson));
      return block || Math.floor(Math.random() * BLOCKS_DRAWN);
    } catch {
      return Math.floor(Math.random() * BLOCKS_DRAWN);
    }
  }

  private get place(): number {
    return Math.max(Number(this.root.dataset.resume ?? 0), placeIn(this.lesson));
  }

  private keepPlace(): void {
    keepPlace(this.lesson, this.video.ended ? 0 : Math.floor(this.video.currentTime));
  }

  private follow(): void {
    const { video, collector } = this;
    const sample = (): void => {
      if (this.counts) {
        collector.sample(video.currentTime, performance.now(), video.playbackRate);
      } else {
        collector.stop();
        this.unseen ||= !video.paused;
      }
    };
    video.addEventListener("play", () => {
      if (this.counts && !video.seeking) {
        sample(); // "playing" comes late on a busy phone, and this second may have begun before a pause
      }
      this.begin();
    });
    video.addEventListener("playing", () => {
      this.say(null);
      sample();
    });
    video.addEventListener("timeupdate", () => {
      if (!video.paused && !video.seeking) {
        sample();
        this.note();
      }
      this.transcript?.follow(video.currentTime);
      if (this.row && isOver(this.row, Date.now())) {
        void this.report();
        this.end("over");
      }
    });
    video.addEventListener("ratechange", () => !video.paused && !video.seeking && sample());
    // No last sample after a seek: the position is already the new one.
    video.addEventListener("seeking", () => collector.stop());
    video.addEventListener("pause", () => {
      if (!video.seeking) {
        sample();
      }
      collector.stop(video.seeking || !this.counts ? undefined : video.currentTime);
      void this.report();
    });
    video.addEventListener("ended", () => {
      collector.finish(video.duration);
      void this.report();
    });
    video.addEventListener("error", () => void this.broken());
    document.addEventListener("visibilitychange", () => this.followEyes(sample));
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("online", () => {
      void this.reporter?.flush();
      void handInPractice().catch(() => undefined); // the next page tries again
    });
    window.setInterval(() => !video.paused && void this.report(), REPORT_EVERY_MS);
  }

  private get counts(): boolean {
    const { hiddenPlaying = "", soundOnly } = this.root.dataset;
    return counts(hiddenPlaying, document.hidden, soundOnly !== undefined);
  }

  private followEyes(sample: () => void): void {
    if (!document.hidden) {
      if (this.unseen) {
        this.unseen = false;
        this.say("hidden");
      }
      return;
    }
    if (!this.counts) {
      if (!this.video.paused && !this.video.seeking) {
        this.collector.sample(this.video.currentTime, performance.now(), this.video.playbackRate); // up to now it was seen
      }
      this.collector.stop();
    } else {
      sample();
    }
    this.leave();
  }

  private followTrack(): void {
    const track = this.video.textTracks[0];
    const { transcript } = this;
    if (track && transcript?.empty) {
      this.video.querySelector("track")?.addEventListener("load", () => track.cues && transcript.empty && transcript.fill(track.cues));
      if (track.mode === "disabled") {
        track.mode = "hidden";
      }
    }
  }

  private begin(): void {
    if (this.begun) {
      return;
    }
    this.begun = true;
    const { video, place } = this;
    const from = video.duration && place > video.duration - NEARLY_OVER_SECONDS ? 0 : place;
    if (from > 0 && video.currentTime < 1) {
      video.currentTime = from;
    }
  }

  private playFrom(seconds: number): void {
    this.begun = true;
    this.video.currentTime = seconds;
    void this.video.play().catch(() => undefined);
  }

  /** Either a part of it is not here any more, or this browser cannot play it. */
  private async broken(): Promise<void> {
    if (!this.row || !this.video.getAttribute("src")) {
      return;
    }
    if (await this.isAllHere(this.row)) {
      this.say("broken");
    } else {
      await this.loseIt(this.row);
    }
  }

  private async isAllHere({ lesson, size }: Lesson): Promise<boolean> {
    return (await withLessons((lessons) => bytesHere(lessons, lesson, FILM)).catch(() => 0)) === size;
  }

  /** As a whole, so that it is not found half again. */
  private async loseIt(row: Lesson): Promise<void> {
    await withLessons((lessons) => lessons.remove(row.lesson)).catch(() => undefined);
    bury(row, "thrown");
    this.refuse("missing");
  }

  private note(): void {
    if (performance.now() - this.noted > NOTE_EVERY_MS) {
      this.noted = performance.now();
      this.keepPlace();
      void this.reporter?.note(this.collector.peek());
    }
  }

  private async report(): Promise<void> {
    if (this.begun) {
      this.keepPlace();
      if (this.reporter) {
        await this.reporter.report(this.collector.take());
      }
    }
  }

  private leave(): void {
    const played = this.begun && this.reporter ? this.collector.take() : [];
    if (played.length) {
      this.keepPlace();
      void this.reporter?.report(played, true);
      this.handover?.ask(); // finds nothing left where the report is answered
    }
  }

  private tell(state: "sent" | "waiting" | "signed-out"): void {
    const line = this.root.querySelector<HTMLElement>("[data-kept]");
    if (line) {
      line.textContent = { sent: line.dataset.textSaved, waiting: line.dataset.textKept, "signed-out": line.dataset.textSignedOut }[state] ?? "";
    }
  }

  private show(receipt: Receipt): void {
    const refused = receipt.refused[0]?.text;
    const note = this.root.querySelector<HTMLElement>("[data-refused]");
    if (note && refused) {
      note.hidden = false;
      note.querySelector("[data-refused-reason]")!.textContent = refused;
    }
    document.querySelector<HTMLElement>("[data-when-done]")?.toggleAttribute("hidden", !receipt.completed);
  }
}

const root = document.querySelector<HTMLElement>("[data-kept-lesson]");
if (root) {
  new KeptLesson(root);
}
