// What a question below the picture looks like, whoever asks it: large buttons, and a voice that reads it aloud.

import { offerReading } from "../aloud/button.ts";
import type { Piece } from "../aloud/reader.ts";

export interface Choice {
  id: string;
  text: string;
}

export const LETTERS = "ABCDEFGHIJ";
/** Large enough for a thumb that is not sure. */
const BUTTON_HEIGHT = "60px";

export function element<Name extends keyof HTMLElementTagNameMap>(name: Name, text: string): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

/** The card itself, directly below the picture. */
export function placeBelow(root: HTMLElement, box: HTMLElement): void {
  box.className = "card stack-small";
  box.hidden = true;
  root.querySelector(".player-frame")?.after(box);
}

/** The question as a line that takes the focus. */
export function questionLine(words: string): HTMLParagraphElement {
  const text = element("p", words);
  text.style.fontWeight = "700";
  text.tabIndex = -1;
  return text;
}

export function choiceList(choices: Choice[], choose: (choice: Choice, button: HTMLButtonElement) => void): HTMLUListElement {
  const list = element("ul", "");
  list.className = "choices";
  choices.forEach((choice, place) => {
    const button = quietButton(`${LETTERS.charAt(place)}  ${choice.text}`);
    button.className = "choice button-wide";
    button.style.textAlign = "start";
    button.addEventListener("click", () => choose(choice, button));
    const item = element("li", "");
    item.append(button);
    list.append(item);
  });
  return list;
}

export function quietButton(words: string): HTMLButtonElement {
  const button = element("button", words);
  button.type = "button";
  button.className = "button button-quiet";
  button.style.minHeight = BUTTON_HEIGHT;
  return button;
}

/** What is said on and beside the button that reads aloud. */
export interface ReadingWords {
  read_aloud: string;
  stop_reading: string;
  read_again: string;
  reading_failed: string;
  machine_voice: string;
}

/** Offers to read the question and its choices aloud, where the phone or the server has a voice and `wanted` still holds. */
export function offerVoice(words: ReadingWords, sounds: Piece[], question: HTMLElement, wanted: () => boolean): void {
  const holder = element("p", "");
  holder.hidden = true;
  holder.dataset.aloud = "";
  const button = quietButton(words.read_aloud);
  button.dataset.readAloud = "";
  const label = element("span", ` ${words.machine_voice}`);
  label.className = "small soft";
  label.dataset.aloudLabel = "";
  const said = element("span", "");
  said.dataset.aloudSaid = "";
  said.setAttribute("role", "status");
  holder.append(button, label, said);
  question.before(holder);
  const box = question.parentElement!;
  const blocks = (): HTMLElement[] => [question, ...box.querySelectorAll<HTMLElement>(".choice")];
  const { read_aloud: read, stop_reading: stop, read_again: again, reading_failed: failed } = words;
  offerReading(
    holder,
    { language: "zh", blocks, sounds: sounds.length ? () => Promise.resolve(sounds) : null },
    { read, stop, again, failed },
    wanted,
  );
}

interface FullScreenVideo extends HTMLVideoElement {
  webkitExitFullscreen?: () => void;
}

/** A question is never shown over the picture, nor hidden behind it. */
export function leaveFullScreen(video: FullScreenVideo): void {
  if (document.fullscreenElement) {
    void document.exitFullscreen().catch(() => undefined);
  }
  video.webkitExitFullscreen?.();
}
