// A button that reads aloud: offered where the phone has a voice or the server has rendered one; what reads comes when it
// is first pressed.
import type { Reader, Reading } from "./reader.ts";
import { voiceFor, whenVoicesCome } from "./voices.ts";

export interface Words {
  read: string;
  stop: string;
  again: string;
  failed: string;
}

/** Shows `holder` with its button once something can read; `label` says that a machine of ours speaks. */
export function offerReading(
  holder: HTMLElement,
  reading: Omit<Reading, "onState">,
  words: Words,
  wanted: () => boolean = () => true,
): void {
  const button = holder.querySelector("button")!;
  const text = button.querySelector("span") ?? button;
  const label = holder.querySelector<HTMLElement>("[data-aloud-label]");
  const said = holder.querySelector<HTMLElement>("[data-aloud-said]");
  let reader: Reader | null = null;
  const look = (): void => {
    const voice = voiceFor(reading.language);
    holder.hidden = !wanted() || !(voice || reading.sounds);
    if (label) {
      label.hidden = Boolean(voice);
    }
  };
  look();
  whenVoicesCome(look);
  const onState = (state: "reading" | "ended" | "failed"): void => {
    text.textContent = state === "reading" ? words.stop : state === "ended" ? words.again : words.read;
    button.setAttribute("aria-pressed", String(state === "reading"));
    if (said) {
      said.textContent = state === "failed" ? words.failed : "";
    }
  };
  const press = (made: Reader): void => (made.isReading ? made.stop() : made.start());
  // Some phones let sound begin in the press alone: what reads is on its way before the finger is up.
  button.addEventListener("pointerdown", () => void import("./reader.ts").catch(() => undefined), { once: true });
  button.addEventListener("click", () => {
    if (reader) {
      press(reader);
      return;
    }
    void import("./reader.ts").then(
      (part) => press((reader ??= new part.Reader({ ...reading, onState }))),
      () => onState("failed"),
    );
  });
}
