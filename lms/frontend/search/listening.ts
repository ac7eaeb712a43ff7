// Speaking the question instead of typing it, where the browser itself can listen (webkitSpeechRecognition: Chromium and
// its kin). Elsewhere the hint to the microphone of the keyboard stays as it is.

interface Result {
  results: ArrayLike<ArrayLike<{ transcript: string }>>;
}

interface Recognition extends EventTarget {
  lang: string;
  start(): void;
  abort(): void;
  onresult: ((event: Result) => void) | null;
  onerror: (() => void) | null;
  onend: (() => void) | null;
}

type Maker = new () => Recognition;

function maker(): Maker | undefined {
  return (window as unknown as { webkitSpeechRecognition?: Maker }).webkitSpeechRecognition;
}

export function canListen(): boolean {
  return maker() !== undefined && window.isSecureContext;
}

export class Listener {
  private readonly line = document.createElement("div");
  private readonly button = document.createElement("button");
  private readonly status = document.createElement("span");
  private running: Recognition | null = null;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly field: HTMLInputElement,
  ) {
    this.line.className = "search-voice";
    this.button.type = "button";
    this.button.textContent = form.dataset.textSpeak ?? "";
    this.status.setAttribute("role", "status");
    this.line.append(this.button, this.status);
    form.append(this.line);
    form.classList.add("search-listens");
    this.button.addEventListener("pointerdown", (event) => event.preventDefault()); // so that the line stays
    this.button.addEventListener("click", () => this.press());
  }

  private press(): void {
    if (this.running) {
      this.running.abort();
      return;
    }
    const Recogniser = maker();
    if (!Recogniser) {
      return;
    }
    let heard = "";
    let failed = false;
    const running = new Recogniser();
    running.lang = "zh-CN";
    running.onresult = (event) => (heard = event.results[0]?.[0]?.transcript ?? "");
    running.onerror = () => (failed = true);
    running.onend = () => {
      this.running = null;
      this.button.setAttribute("aria-pressed", "false");
      this.say(failed && !heard ? this.form.dataset.textRefused : "");
      if (heard) {
        this.field.value = heard.replace(/[。？！，.?!,]+$/u, "");
        this.form.submit();
      }
    };
    this.running = running;
    this.button.setAttribute("aria-pressed", "true");
    this.say(this.form.dataset.textListening);
    try {
      running.start();
    } catch {
      failed = true;
      running.onend();
    }
  }

  private say(text: string | undefined): void {
    this.status.textContent = text ?? "";
  }
}
