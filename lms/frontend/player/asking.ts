// What a question below the picture looks like, whoever asks it: large buttons, and a voice that reads it aloud.

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

/** Offers to read the parts aloud, where the device has a voice for the language of the page and `wanted` still holds. */
export function offerVoice(words: string, parts: string[], before: HTMLElement, wanted: () => boolean): void {
  if (!("speechSynthesis" in window)) {
    return;
  }
  const language = document.documentElement.lang.slice(0, 2);
  const offer = (): void => {
    const voice = speechSynthesis.getVoices().find((each) => each.lang.toLowerCase().startsWith(language));
    if (!voice || !wanted() || before.parentElement?.querySelector("[data-read-aloud]")) {
      return;
    }
    const button = quietButton(words);
    button.dataset.readAloud = "";
    button.addEventListener("click", () => {
      speechSynthesis.cancel();
      parts.forEach((part) => {
        const said = new SpeechSynthesisUtterance(part);
        said.voice = voice;
        said.lang = voice.lang;
        said.rate = 0.9;
        speechSynthesis.speak(said);
      });
    });
    before.before(button);
  };
  offer();
  speechSynthesis.addEventListener?.("voiceschanged", offer, { once: true });
}

/** What is read of a question: it, then each choice with its letter. */
export function spoken(question: string, choices: Choice[]): string[] {
  return [question, ...choices.map((choice, place) => `${LETTERS.charAt(place)}, ${choice.text}`)];
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
