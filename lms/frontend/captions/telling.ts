// What one sees of saving: its state, who else is at the draft, lines that two people changed, notices with buttons.
import type { Conflict, Other, State, Told } from "./saver.ts";
import type { Texts } from "./texts.ts";

export interface TellingHands {
  hasUnsaved(): boolean;
  keepAsDraft(): void;
  mark(keys: readonly string[]): void;
  place(key: string): number;
  settle(key: string, keep: "mine" | "theirs"): void;
}

export class Telling {
  constructor(
    private readonly part: <T extends HTMLElement>(selector: string) => T,
    private readonly texts: Texts,
    private readonly hands: TellingHands,
  ) {}

  say(sentence: string): void {
    this.part("[data-said]").textContent = sentence;
  }

  state(state: State, told: Told | null): void {
    const place = this.part("[data-state]");
    if (place.dataset.state === state && !told) {
      return; // each key says "waiting" again
    }
    place.dataset.state = state;
    place.textContent = this.texts.states[state];
    if (state === "signed-out" && told?.page) {
      const link = document.createElement("a");
      link.href = told.page;
      link.target = "_blank";
      link.textContent = this.texts.signIn;
      place.append(" ", link);
    }
    if (state === "refused" && told) {
      place.textContent += ` ${Object.values(told.problems ?? {}).join(" ") || (told.message ?? "")}`;
    }
    if (state === "closed") {
      this.showClosed(told);
    }
  }

  private showClosed(told: Told | null): void {
    const sentence = told?.by ? this.texts.closedBy.replace("{name}", told.by).replace("{moment}", clock(told.at)) : this.texts.closed;
    this.notice(sentence, this.hands.hasUnsaved() ? [[this.texts.keepAsDraft, () => this.hands.keepAsDraft()]] : []);
  }

  notice(sentence: string, buttons: [string, () => void][]): void {
    const place = this.part("[data-notice]");
    place.hidden = false;
    place.textContent = sentence;
    for (const [words, act] of buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-small";
      button.textContent = words;
      button.addEventListener("click", act);
      place.append(" ", button);
    }
  }

  conflicts(conflicts: readonly Conflict[], told: Told | null): void {
    const place = this.part("[data-conflicts]");
    place.hidden = !conflicts.length;
    this.hands.mark(conflicts.map(({ key }) => key));
    if (told) {
      const who = told.by ?? this.texts.somebody;
      this.part("[data-conflicts-who]").textContent = this.texts.who.replace("{name}", who).replace("{moment}", clock(told.at));
    }
    const list = this.part("[data-conflicts-list]");
    list.textContent = "";
    for (const { key, mine, theirs } of conflicts) {
      const item = document.createElement("li");
      const title = document.createElement("strong");
      title.textContent = this.texts.oddLine.replace("{number}", String(this.hands.place(key) + 1 || "?"));
      item.append(title);
      for (const [keep, line, label, words] of [
        ["mine", mine, this.texts.mine, this.texts.keepMine],
        ["theirs", theirs, this.texts.theirs, this.texts.keepTheirs],
      ] as const) {
        const side = document.createElement("div");
        const text = document.createElement("p");
        text.dir = "auto";
        text.textContent = `${label}${line ? line.text : this.texts.gone}`;
        const button = document.createElement("button");
        button.type = "button";
        button.className = "button button-small button-secondary";
        button.textContent = words;
        button.addEventListener("click", () => this.hands.settle(key, keep));
        side.append(text, button);
        item.append(side);
      }
      list.append(item);
    }
  }

  others(others: readonly Other[]): void {
    const [other] = others;
    const minutes = other ? Math.floor((Date.now() - Date.parse(other.at)) / 60_000) : 0;
    const sentence = minutes < 1 ? this.texts.othersNow : this.texts.othersAgo;
    this.part("[data-others]").textContent = other ? sentence.replace("{name}", other.name).replace("{minutes}", String(minutes)) : "";
  }
}

function clock(moment: string | null | undefined): string {
  return moment ? new Date(moment).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", second: "2-digit" }) : "";
}

