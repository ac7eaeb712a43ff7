// A question in between (在线确认): stands below the paused picture, and the lesson goes on once it is answered.
// Which choice is right is known to the server only. The contract stands in lms/docs/watch-reports.md.
import { post } from "../http.ts";
import { type Choice, choiceList, element, leaveFullScreen, offerVoice, placeBelow, questionLine, type ReadingWords } from "./asking.ts";
import type { Piece } from "../aloud/reader.ts";
import type { CheckDue, Receipt } from "./reporter.ts";

export interface Told {
  check: string;
  outcome: "open" | "passed" | "failed" | "waived";
  text: string;
  question: { number: number; text: string; choices: Choice[]; sounds: Piece[] } | null;
  wait_seconds: number;
  check_due: CheckDue | null;
  words: { heading: string } & ReadingWords;
  percent?: number;
  completed?: boolean;
}

export type Progress = Pick<Receipt, "percent" | "refused" | "completed" | "check_due">;

const TRY_AGAIN_MS = 10_000;

export class PresenceCheck {
  private readonly box = document.createElement("section");
  private code: string | null = null;
  private told: Told | null = null;
  private busy = false;
  private wasPlaying = false;
  private timer = 0;

  constructor(
    private readonly root: HTMLElement,
    private readonly video: HTMLVideoElement,
    private readonly session: () => string | null,
    private readonly onProgress: (progress: Progress) => void,
  ) {
    placeBelow(root, this.box);
    this.box.dataset.check = "";
    this.box.setAttribute("aria-labelledby", "check-heading");
    video.addEventListener("play", () => {
      if (this.told?.question) {
        video.pause();
        this.wasPlaying = true;
        this.goToQuestion();
      }
    });
    window.addEventListener("online", () => this.code && !this.told?.question && this.show(this.code));
  }

  /** A check is due: fetch its question. Without a network the lesson plays on, and this is tried again. */
  show(code: string): void {
    if (this.busy || (this.told?.question && this.code === code)) {
      return;
    }
    this.code = code;
    void this.send({});
  }

  private async send(answer: { number?: number; choice?: string }): Promise<void> {
    if (this.busy || !this.code) {
      return;
    }
    this.busy = true;
    this.box.setAttribute("aria-busy", "true");
    const address = (this.root.dataset.checksUrl ?? "").replace("CHECK", this.code);
    const session = this.session();
    try {
      const response = await post(address, session ? { ...answer, session } : answer);
      const told = (await response.json()) as Told & { message?: string };
      if (response.ok) {
        this.take(told);
      } else {
        this.say(told.message ?? "");
        this.tryAgain(response.status >= 500 || response.status === 429);
      }
    } catch {
      this.say(this.root.dataset.textOffline ?? "");
      this.tryAgain(true);
    } finally {
      this.busy = false;
      this.box.removeAttribute("aria-busy");
    }
  }

  private take(told: Told): void {
    this.told = told;
    window.clearTimeout(this.timer);
    if (told.question) {
      this.stopVideo();
      this.draw(told);
      this.goToQuestion();
      return;
    }
    if (told.outcome === "open") {
      // Its time has not come: after three wrong answers one looks at the lesson again first.
      this.later(told.check, told.wait_seconds * 1000);
    }
    if (told.outcome !== "open" || this.box.hidden) {
      this.draw(told);
    }
    if (told.outcome === "passed" || told.outcome === "waived") {
      this.code = null;
    }
    if (told.percent !== undefined) {
      this.onProgress({ percent: told.percent, completed: Boolean(told.completed), refused: [], check_due: null });
    }
    if (told.check_due) {
      this.later(told.check_due.check, told.outcome === "failed" ? 0 : 1500);
    } else if (told.outcome !== "open" && this.wasPlaying && !this.video.ended) {
      void this.video.play().catch(() => undefined);
      this.video.focus({ preventScroll: true });
    }
  }

  private later(code: string, milliseconds: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.code = code;
      void this.send({});
    }, milliseconds);
  }

  private tryAgain(worthIt: boolean): void {
    if (worthIt && this.code && !this.told?.question) {
      this.later(this.code, TRY_AGAIN_MS);
    }
  }

  private stopVideo(): void {
    const { video } = this;
    this.wasPlaying ||= !video.paused;
    video.pause();
    leaveFullScreen(video);
  }

  private draw(told: Told): void {
    const heading = element("h2", told.words.heading);
    heading.id = "check-heading";
    const status = element("p", told.text);
    status.dataset.checkSaid = "";
    status.setAttribute("role", "status");
    this.box.replaceChildren(heading, status);
    this.box.hidden = false;
    const { question } = told;
    if (!question) {
      return;
    }
    const text = questionLine(question.text);
    text.dataset.checkQuestion = "";
    const list = choiceList(question.choices, ({ id }) => void this.send({ number: question.number, choice: id }));
    this.box.append(text, list);
    offerVoice(told.words, question.sounds, text, () => this.told === told);
  }

  private goToQuestion(): void {
    const question = this.box.querySelector<HTMLElement>("[data-check-question]");
    question?.focus({ preventScroll: true });
    this.box.scrollIntoView?.({ block: "nearest" });
  }

  private say(text: string): void {
    const line = this.box.querySelector("[data-check-said]");
    if (line) {
      line.textContent = text;
    }
  }
}
