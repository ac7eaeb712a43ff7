// The page of a quiz: hands in, and where there is no network keeps the answers on this phone. Without this the form is
// sent as any other. An exam is handed in with network or not at all.
import { ARRIVED, arrive, send } from "./answers/arriving.ts";
import { type Kept, openKept, setHint } from "./answers/kept.ts";
import type { Said } from "./answers/sending.ts";

class QuizPage {
  private readonly box = document.querySelector<HTMLElement>("[data-quiz-kept]");
  private readonly said: HTMLElement | null;
  private busy = false;

  constructor(private readonly form: HTMLFormElement) {
    this.said = form.querySelector("[data-quiz-said]");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.busy) {
        this.busy = true;
        void this.handIn().finally(() => (this.busy = false));
      }
    });
    this.box?.querySelector("[data-quiz-change]")?.addEventListener("click", () => this.showKept(false));
    document.addEventListener(ARRIVED, (event) => {
      const { sitting, address } = (event as CustomEvent<{ sitting: string; address: string }>).detail;
      if (sitting === this.sitting) {
        location.assign(address);
      }
    });
    void this.lookForKept();
  }

  private get sitting(): string {
    return this.form.dataset.quiz ?? "";
  }

  private get isExam(): boolean {
    return "exam" in this.form.dataset;
  }

  /** What was kept of this very sitting is on its way. */
  private async lookForKept(): Promise<void> {
    const kept = (await (await openKept())?.all().catch(() => [])) ?? [];
    if (kept.some((each) => each.sitting === this.sitting && !each.refused)) {
      this.showKept(true);
    }
  }

  private async handIn(): Promise<void> {
    if (!this.isWhole()) {
      return;
    }
    const { answersUrl = "" } = this.form.dataset;
    const kept: Kept = { sitting: this.sitting, address: answersUrl, ...this.given() };
    this.say("sending");
    const said = navigator.onLine ? await send(kept).catch(() => null) : null;
    if (said?.kind === "taken") {
      location.assign(said.address);
    } else if (said?.kind === "stale" && this.form.dataset.sealed) {
      // A paper that this phone has kept for longer than one with network may be old: it was answered without.
      await this.keep({ ...kept, notedAt: Date.now() }, said);
    } else if (said && said.kind !== "retry" && said.kind !== "signed-out") {
      this.resend();
    } else if (this.isExam) {
      this.say(said?.kind === "signed-out" ? said.text : said ? "busy" : "exam");
    } else {
      await this.keep(said ? kept : { ...kept, notedAt: Date.now() }, said);
    }
  }

  /** The page that comes back says what is to be done. A paper kept on this phone is of no more use then: a new one is asked for. */
  private resend(): void {
    if (this.form.dataset.sealed) {
      location.assign(this.form.dataset.sealed);
    } else {
      this.form.submit();
    }
  }

  private given(): Pick<Kept, "shown" | "fields"> {
    const fields: Record<string, string[]> = {};
    let shown = "";
    new FormData(this.form).forEach((value, name) => {
      if (name === "shown") {
        shown = String(value);
      } else if (name.startsWith("q-")) {
        (fields[name] ??= []).push(String(value));
      }
    });
    return { shown, fields };
  }

  private async keep(kept: Kept, said: Said | null): Promise<void> {
    const store = await openKept();
    try {
      if (!store) {
        throw new Error("nowhere to keep it");
      }
      await store.put(kept);
    } catch {
      this.say(said?.kind === "signed-out" ? said.text : said ? "busy" : "memory");
      return;
    }
    setHint(true);
    this.say(null);
    this.showKept(true);
    this.box?.focus();
    if (navigator.onLine) {
      await arrive();
    }
  }

  private showKept(kept: boolean): void {
    if (this.box) {
      this.box.hidden = !kept;
      this.form.hidden = kept;
    }
    if (!kept) {
      this.form.querySelector<HTMLElement>("input:not([type=hidden]), select")?.focus();
    }
  }

  /** Whether every question is answered; those that are not are marked, as the server would. */
  private isWhole(): boolean {
    this.form.querySelectorAll("[data-missing]").forEach((each) => each.remove());
    const open = [...this.form.querySelectorAll<HTMLElement>("fieldset.question")].filter((question) => {
      const why = this.missing(question);
      question.classList.toggle("field-error", Boolean(why));
      if (why) {
        question.querySelector("legend")?.after(this.line("div", "error", why));
      }
      return why;
    });
    if (open.length) {
      const notice = this.line("div", "notice notice-warn", this.form.dataset.textMissing ?? "");
      notice.setAttribute("role", "alert");
      this.form.prepend(notice);
      open[0]?.scrollIntoView({ block: "center" });
      open[0]?.querySelector<HTMLElement>("input, select")?.focus({ preventScroll: true });
    }
    return !open.length;
  }

  private missing(question: HTMLElement): string {
    const { textAnswer = "", textTwice = "" } = this.form.dataset;
    const chosen = [...question.querySelectorAll("select")].map((select) => select.value);
    const text = question.querySelector<HTMLInputElement>("input[type=text]");
    if (chosen.length) {
      const twice = question.dataset.kind === "order" && new Set(chosen).size < chosen.length;
      return chosen.includes("") ? textAnswer : twice ? textTwice : "";
    }
    return (text ? text.value.trim() : question.querySelector("input:checked")) ? "" : textAnswer;
  }

  private line(tag: string, name: string, text: string): HTMLElement {
    const made = document.createElement(tag);
    made.className = name;
    made.dataset.missing = "";
    made.textContent = text;
    return made;
  }

  /** A sentence above the button: by the name of its data-text, or as it is. */
  private say(name: string | null): void {
    if (this.said) {
      const key = name && `text${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      this.said.textContent = key ? (this.form.dataset[key] ?? name) : "";
      this.said.hidden = !name;
    }
  }
}

const form = document.querySelector<HTMLFormElement>("form[data-quiz]");
if (form) {
  new QuizPage(form);
}
