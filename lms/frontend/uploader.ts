// The form that sends a recording: in pieces that survive a lost network, with its true speed. Without this script
// the same form sends the file in one go.
import "./styles/uploader.css";
import { fingerprint } from "./uploader/fingerprint.ts";
import { sizeText } from "./uploader/pace.ts";
import { begin, finish, giveUp, known, Refused, Sending, type Same } from "./uploader/sending.ts";

type State = "idle" | "chosen" | "sending" | "waiting" | "paused" | "checking" | "same" | "trouble";

/** Longer than this nobody waits for the fingerprint before the file sets out. */
const PATIENCE_MS = 1500;
const SHOWS_PROGRESS: State[] = ["sending", "waiting", "paused", "checking"];

class Uploader {
  private state: State = "idle";
  private file: File | null = null;
  private print: { hex: Promise<string>; stop: () => void } | null = null;
  private address: string | null = null;
  private sending: Sending | null = null;
  private anyway = false;
  private org = "";
  private signInPage: string | null = null;
  private lock: { release: () => Promise<void> } | null = null;

  constructor(private readonly form: HTMLFormElement) {
    form.classList.add("is-live");
    if (!navigator.maxTouchPoints) {
      this.each("[data-touch]", (part) => part.remove()); // a desk has no camera to hold
    }
    const plain = form.querySelector<HTMLInputElement>("input[name=file]");
    const button = form.querySelector("[data-choose]");
    if (plain && button) {
      // Into its button, so that the focus shows; the form's own check knows nothing of the camera beside it.
      plain.required = false;
      plain.classList.add("uploader-file");
      button.appendChild(plain);
    }
    this.each<HTMLInputElement>("input[type=file]", (input) =>
      input.addEventListener("change", () => input.files?.[0] && this.choose(input.files[0])),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    this.on("pause", () => this.pause());
    this.on("go-on", () => this.goOn());
    this.on("drop", () => this.drop());
    this.on("anyway", () => this.sendAnyway());
    this.on("open", () => this.address && giveUp(this.address));
    window.addEventListener("beforeunload", (event) => {
      if (this.state === "sending" || this.state === "waiting") {
        event.preventDefault();
        event.returnValue = "";
      }
    });
    const back = (): void => {
      if (document.visibilityState === "visible") {
        void this.stayAwake();
        if (this.state === "trouble" && this.address && !this.signInPage) {
          this.goOn();
        }
      }
    };
    window.addEventListener("online", back);
    document.addEventListener("visibilitychange", back);
    this.show("idle");
  }

  private each<T extends HTMLElement>(selector: string, act: (element: T) => void): void {
    this.form.querySelectorAll<T>(selector).forEach(act);
  }

  private on(name: string, act: () => void): void {
    this.each(`[data-do="${name}"]`, (button) => button.addEventListener("click", act));
  }

  private tell(name: string, text: string): void {
    this.each(`[data-tell="${name}"]`, (place) => (place.textContent = text));
  }

  private show(state: State): void {
    this.state = state;
    this.form.dataset.state = state;
    this.each("[data-in]", (part) => (part.hidden = !(part.dataset.in ?? "").split(" ").includes(state)));
    this.each("[data-choose]", (button) => ["button-quiet", "button-secondary"].forEach((name) => button.classList.toggle(name, state !== "idle")));
    if (SHOWS_PROGRESS.includes(state)) {
      void this.stayAwake();
    } else {
      void this.lock?.release().catch(() => undefined);
      this.lock = null;
    }
  }

  /** The screen stays on while a file is sent, where the browser can do that. */
  private async stayAwake(): Promise<void> {
    const wake = (navigator as { wakeLock?: { request: (kind: string) => Promise<{ release: () => Promise<void> }> } }).wakeLock;
    if (wake && SHOWS_PROGRESS.includes(this.state)) {
      this.lock = await wake.request("screen").catch(() => null);
    }
  }

  private choose(file: File): void {
    this.print?.stop();
    this.file = file;
    this.address = null;
    this.sending = null;
    this.anyway = false;
    this.print = fingerprint(file);
    this.tell("name", file.name);
    this.tell("size", sizeText(file.size));
    const begun = Array.from(document.querySelectorAll<HTMLElement>("[data-upload]")).find(
      (row) => row.dataset.name === file.name && Number(row.dataset.size) === file.size,
    );
    if (begun) {
      // The same file again: it goes on where it stopped.
      this.address = begun.dataset.upload ?? null;
      begun.hidden = true;
      const rest = document.querySelector<HTMLElement>(".unfinished");
      rest?.toggleAttribute("hidden", !rest.querySelector("[data-upload]:not([hidden])"));
      this.tell("title", begun.querySelector(".row-title")?.textContent ?? "");
      this.run();
    } else {
      this.show("chosen");
      const title = this.form.elements.namedItem("title");
      if (title instanceof HTMLInputElement && !title.value) {
        title.focus();
      }
    }
  }

  private async send(): Promise<void> {
    const { file, print } = this;
    if (!file || !print || !this.form.reportValidity()) {
      return;
    }
    const said = this.said();
    this.org = said.org ?? "";
    this.tell("title", said.title ?? "");
    this.progress(0);
    this.show("checking");
    try {
      const early = await Promise.race([print.hex, new Promise<null>((resolve) => setTimeout(resolve, PATIENCE_MS, null))]);
      const same = early && !this.anyway ? await this.knownAs(early) : null;
      if (same) {
        this.offer(same);
        return;
      }
      this.address = await begin(this.form.dataset.begin ?? "", file, said);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.run();
    if (!this.anyway) {
      void print.hex.then((hex) => this.askOnTheWay(hex));
    }
  }

  private said(): Record<string, string> {
    const said: Record<string, string> = {};
    new FormData(this.form).forEach((value, name) => {
      if (typeof value === "string" && name !== "csrfmiddlewaretoken") {
        said[name] = value;
      }
    });
    return said;
  }

  private knownAs(hex: string): Promise<Same | null> {
    return known(this.form.dataset.known ?? "", hex, this.org).catch(() => null);
  }

  /** The fingerprint came late: whoever sends a known file for nothing should learn it now. */
  private async askOnTheWay(hex: string): Promise<void> {
    const same = hex && !this.anyway && this.state === "sending" ? await this.knownAs(hex) : null;
    if (same && this.state === "sending") {
      this.sending?.pause();
      this.offer(same);
    }
  }

  private offer(same: Same): void {
    this.tell("same", same.sentence);
    this.each<HTMLAnchorElement>("a[data-do=open]", (link) => (link.href = this.pageOf(same.code)));
    this.show("same");
  }

  private pageOf(code: string): string {
    return (this.form.dataset.recording ?? "").replace("CODE", code);
  }

  private sendAnyway(): void {
    this.anyway = true;
    if (this.address) {
      this.goOn();
    } else {
      void this.send();
    }
  }

  private run(): void {
    if (!this.file || !this.address) {
      return;
    }
    this.sending = new Sending(
      this.file,
      this.address,
      (sent) => {
        if (this.state === "waiting") {
          this.show("sending");
        }
        this.progress(sent);
      },
      () => this.show("waiting"),
      () => void this.finish(),
      (error) => this.fail(error),
    );
    this.show("sending");
    this.sending.start();
  }

  private progress(sent: number): void {
    const total = this.file?.size ?? 0;
    const speed = this.sending?.pace.speed ?? null;
    const percent = total ? Math.floor((100 * sent) / total) : 0;
    this.each<HTMLProgressElement>("progress", (bar) => (bar.value = percent));
    this.tell("percent", `${percent}%`);
    this.tell("sent", sizeText(sent));
    this.tell("total", sizeText(total));
    this.tell("speed", speed === null ? "" : `${sizeText(speed)}/s`);
    this.tell("left", speed ? this.leftText((total - sent) / speed) : "");
  }

  private leftText(seconds: number): string {
    const words = this.form.dataset;
    const minutes = Math.ceil(seconds / 60);
    if (seconds < 60) {
      return words.soon ?? "";
    }
    return minutes < 90
      ? (words.minutes ?? "").replace("0", String(minutes))
      : (words.hours ?? "").replace("0", (minutes / 60).toFixed(1));
  }

  private async finish(): Promise<void> {
    if (!this.print || !this.address) {
      return;
    }
    this.progress(this.file?.size ?? 0);
    this.show("checking");
    try {
      const hex = await this.print.hex;
      if (!hex) {
        throw new Refused(0, this.form.dataset.unreadable ?? "", null);
      }
      const done = await finish(this.address, hex, this.anyway);
      if (done.same) {
        this.offer(done.same);
      } else if (done.code) {
        this.state = "idle";
        location.assign((this.form.dataset.done ?? "").replace(/CODE/g, done.code));
      } else {
        this.run(); // bytes went missing on the server: it says itself from where on
      }
    } catch (error) {
      if (error instanceof Refused && error.status === 422) {
        this.address = null;
      }
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const refused = error instanceof Refused ? error : new Refused(0, "", null);
    if (refused.status === 404 || refused.status === 410) {
      this.address = null; // given up elsewhere, or expired
    }
    this.signInPage = refused.page;
    const words = this.form.dataset;
    const sentence = refused.page
      ? words.signIn
      : refused.sentence || (refused.status === 404 || refused.status === 410 ? words.gone : words.lost);
    this.tell("trouble", sentence ?? "");
    this.each<HTMLAnchorElement>("a[data-sign-in]", (link) => {
      link.hidden = !refused.page;
      link.href = refused.page ?? "";
    });
    this.show("trouble");
  }

  private pause(): void {
    this.sending?.pause();
    this.show("paused");
  }

  private goOn(): void {
    this.signInPage = null;
    if (this.address) {
      this.run();
    } else {
      void this.send();
    }
  }

  private drop(): void {
    this.sending?.pause();
    this.print?.stop();
    if (this.address) {
      giveUp(this.address);
    }
    this.file = this.address = this.sending = null;
    this.each<HTMLInputElement>("input[type=file]", (input) => (input.value = ""));
    this.show("idle");
  }
}

const form = document.querySelector<HTMLFormElement>("form[data-uploader]");
if (form) {
  new Uploader(form);
}
