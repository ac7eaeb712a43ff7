// Questions at a moment of the video: practice. The picture pauses, the question stands below it, and whoever wants may
// leave it: pressing play does as well. Nothing counts by them and nothing waits for them. A question in between
// (check.ts) goes first. Which choice is right is known to the server, and to a phone that has kept the lesson
// (kept/practised.ts).
import { post } from "../http.ts";
import { type Choice, choiceList, element, leaveFullScreen, offerVoice, placeBelow, questionLine, quietButton, type ReadingWords } from "./asking.ts";
import type { Piece } from "../aloud/reader.ts";

export interface Question {
  id: number;
  /** The second of the lesson. */
  at: number;
  text: string;
  answered: boolean;
  choices: Choice[];
  sounds: Piece[];
}

export interface Told<Asked extends Question = Question> {
  questions: Asked[];
  words: { heading: string; hint: string; skip: string; go_on: string; offline: string } & ReadingWords;
}

/** What is said about an answer; without `ok` the question cannot be answered any more. */
export interface Marked {
  ok: boolean;
  right: boolean;
  text: string;
  explanation: string;
}

/** Where questions come from, and who says what is right. Both fail without the network that they need. */
export interface Asking {
  questions(): Promise<Told | null>;
  mark(question: number, choice: string): Promise<Marked>;
}

/** A seek is told; a phone that is busy looks seldom. What lies further apart than this was not played. */
const JUMP_SECONDS = 15;
const ANSWER_SECONDS = 20;

/** The first question that playing from one second to the other passes. */
export function passed(questions: readonly Question[], from: number, to: number): Question | undefined {
  return to > from && to - from < JUMP_SECONDS
    ? questions.find(({ at, answered }) => !answered && from <= at && at < to)
    : undefined;
}

/** The server asks and marks. */
export function online(address: string): Asking {
  return {
    questions: async () => {
      const response = await post(address, {}, false, {}, ANSWER_SECONDS);
      return response.ok ? ((await response.json()) as Told) : null;
    },
    mark: async (question, choice) => {
      const response = await post(address, { question, choice }, false, {}, ANSWER_SECONDS);
      const told = (await response.json()) as { right?: boolean; text?: string; explanation?: string; message?: string };
      return { ok: response.ok, right: told.right ?? false, text: told.text ?? told.message ?? "", explanation: told.explanation ?? "" };
    },
  };
}

export class Practice {
  private readonly box = document.createElement("section");
  private told: Told | null = null;
  private standing: Question | null = null;
  private last = -1;
  private busy = false;
  private wasPlaying = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly video: HTMLVideoElement,
    private readonly asking: Asking,
  ) {
    placeBelow(root, this.box);
    this.box.dataset.practice = "";
    this.box.setAttribute("aria-labelledby", "practice-heading");
    video.addEventListener("timeupdate", () => this.look());
    video.addEventListener("ended", () => this.look());
    video.addEventListener("seeking", () => (this.last = -1));
    video.addEventListener("play", () => {
      if (this.standing && !this.box.hidden && !video.paused) {
        this.leave();
      }
    });
    // A check that stands is answered first, and then this one comes back.
    new MutationObserver(() => this.giveWay()).observe(root, { childList: true, subtree: true });
    void this.fetch();
  }

  /** Without a network the lesson plays on without questions. */
  private async fetch(): Promise<void> {
    try {
      this.told = await this.asking.questions();
    } catch {
      window.addEventListener("online", () => void this.fetch(), { once: true });
    }
  }

  private look(): void {
    const { currentTime, ended, paused, seeking } = this.video;
    if (seeking || (paused && !ended)) {
      return;
    }
    const from = this.last >= 0 ? this.last : currentTime < 1 ? 0 : currentTime;
    const next = passed(this.told?.questions ?? [], from, currentTime);
    this.last = currentTime;
    // Whoever listens with the screen off is not stopped.
    if (next && !this.standing && !document.hidden) {
      this.ask(next);
    }
  }

  private get checkStands(): boolean {
    return this.root.querySelector("[data-check-question]") !== null;
  }

  private ask(question: Question): void {
    this.standing = question;
    this.wasPlaying = false;
    this.draw(question);
    this.giveWay();
  }

  private giveWay(): void {
    const show = !this.checkStands;
    if (!this.standing || show !== this.box.hidden) {
      return;
    }
    this.box.hidden = !show;
    if (show) {
      this.wasPlaying ||= !this.video.paused;
      this.video.pause();
      leaveFullScreen(this.video);
      this.box.querySelector<HTMLElement>("[data-practice-question]")?.focus({ preventScroll: true });
      this.box.scrollIntoView?.({ block: "nearest" });
    }
  }

  private draw(question: Question): void {
    const words = this.told?.words;
    const heading = element("h2", words?.heading ?? "");
    heading.id = "practice-heading";
    const hint = element("p", words?.hint ?? "");
    hint.className = "soft small";
    const text = questionLine(question.text);
    text.dataset.practiceQuestion = "";
    const list = choiceList(question.choices, (choice, button) => void this.choose(question, choice, button));
    const said = element("div", "");
    said.setAttribute("role", "status");
    said.dataset.practiceSaid = "";
    const away = quietButton(words?.skip ?? "");
    away.dataset.practiceLeave = "";
    away.addEventListener("click", () => {
      const goOn = this.wasPlaying && !this.video.ended;
      this.leave();
      if (goOn) {
        void this.video.play().catch(() => undefined);
      }
      this.video.focus({ preventScroll: true });
    });
    this.box.replaceChildren(heading, hint, text, list, said, away);
    if (words) {
      offerVoice(words, question.sounds, text, () => this.standing === question);
    }
  }

  private async choose(question: Question, choice: Choice, button: HTMLButtonElement): Promise<void> {
    if (this.busy) {
      return;
    }
    this.busy = true;
    try {
      const marked = await this.asking.mark(question.id, choice.id);
      if (this.standing !== question) {
        return;
      }
      question.answered ||= marked.ok;
      button.disabled = marked.ok;
      this.say(marked.text, marked.explanation);
      if (marked.right || !marked.ok) {
        this.box.querySelectorAll<HTMLButtonElement>(".choice").forEach((each) => (each.disabled = true));
        button.setAttribute("aria-pressed", String(marked.right));
        this.box.querySelector<HTMLElement>("[data-practice-leave]")?.focus({ preventScroll: true });
      }
    } catch {
      this.say(this.told?.words.offline ?? "", "");
    } finally {
      this.busy = false;
    }
  }

  private say(text: string, explanation: string): void {
    const lines = [element("p", text), ...(explanation ? [element("p", explanation)] : [])];
    lines[0]!.style.fontWeight = "700";
    this.box.querySelector("[data-practice-said]")?.replaceChildren(...lines);
    const away = this.box.querySelector("[data-practice-leave]");
    if (away) {
      away.textContent = this.told?.words.go_on ?? "";
    }
  }

  private leave(): void {
    this.standing = null;
    this.box.hidden = true;
    this.box.replaceChildren();
    window.speechSynthesis?.cancel();
  }
}
