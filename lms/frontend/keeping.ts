// On the page of a lesson: one button keeps it on this phone. Where this phone cannot, a sentence says what can.
import { explain, inability, type Inability } from "./kept/ability.ts";
import { gone } from "./kept/hint.ts";
import { offerInstall } from "./kept/install.ts";
import { type Ended, Keeper } from "./kept/keeper.ts";
import { bytesHere, type Lesson, withLessons } from "./kept/lessons.ts";
import { filled, megabytes, moment } from "./kept/room.ts";
import { forget, tidy } from "./kept/tidying.ts";
import { addressOf, FILM } from "./kept/words.ts";

/** Sooner it would bring next to nothing. */
const RENEWED_BEFORE_MS = 3 * 24 * 3600 * 1000;

type State = "offer" | "half" | "working" | "kept" | "other" | "unable";

class KeepButton {
  private readonly lesson = Number(this.root.dataset.lesson);
  private readonly size = Number(this.root.dataset.size);
  private readonly keeper: Keeper;
  private got = 0;
  private work: Promise<unknown> = Promise.resolve();

  constructor(private readonly root: HTMLElement) {
    const { packagesUrl = "", workerUrl = "" } = root.dataset;
    this.keeper = new Keeper(this.lesson, { packages: packagesUrl, worker: workerUrl }, {
      onProgress: (got, size) => this.showProgress(got, size),
      onWaiting: (waits) => this.say(waits ? "waiting" : null),
    });
    this.on("start", () => (this.work = this.keep()));
    this.on("pause", () => this.keeper.pause());
    this.on("stop", () => void this.stop());
    this.on("renew", () => (this.work = this.keep()));
    root.querySelectorAll<HTMLAnchorElement>("[data-open-kept]").forEach((link) => (link.href = addressOf(this.lesson)));
    offerInstall(root.querySelector<HTMLElement>("[data-install]"));
    void this.begin();
  }

  private on(name: string, work: () => unknown): void {
    this.root.querySelectorAll(`[data-keep-${name}]`).forEach((button) => button.addEventListener("click", work));
  }

  private all(selector: string): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>(selector)];
  }

  private async begin(): Promise<void> {
    const why = await inability();
    if (why) {
      this.cannot(why);
      return;
    }
    this.all("[data-without-script]").forEach((each) => (each.hidden = true));
    await tidy().catch(() => undefined);
    await this.look();
    if (gone().some((each) => each.lesson === this.lesson && each.why === "thrown")) {
      this.say("thrown");
    }
  }

  /** The file itself can still be saved where the browser saves files. */
  private cannot(why: Inability): void {
    this.show("unable");
    explain(this.root, why);
    if (why === "webview") {
      this.all("[data-without-script]").forEach((each) => (each.hidden = true));
    }
  }

  /** What of it is here. */
  private async look(): Promise<void> {
    const [row, got] = await withLessons(async (lessons) => [await lessons.get(this.lesson), await bytesHere(lessons, this.lesson, FILM)] as const);
    this.got = got;
    if (row && row.mark !== this.root.dataset.mark) {
      this.show("other");
    } else if (row?.whole) {
      this.showUntil(row);
      this.show("kept");
    } else if (row) {
      this.show("half");
      const gaps = { got: megabytes(got), size: megabytes(this.size) };
      this.all("[data-keep-half]").forEach((each) => (each.textContent = filled(each.dataset.text ?? "", gaps)));
    } else {
      this.show("offer");
    }
  }

  private showUntil(row: Lesson): void {
    this.all("[data-keep-renew]").forEach((each) => (each.hidden = row.until - Date.now() > RENEWED_BEFORE_MS));
    this.all("[data-until]").forEach((each) => (each.textContent = filled(each.dataset.text ?? "", { until: moment(row.until) })));
  }

  private show(state: State): void {
    this.all("[data-state]").forEach((each) => (each.hidden = !(each.dataset.state ?? "").split(" ").includes(state)));
  }

  /** By the name of its data-text, or as it is. */
  private say(name: string | null): void {
    const [line] = this.all("[data-keep-said]");
    if (line) {
      const key = name && `text${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      line.textContent = key ? filled(this.root.dataset[key] ?? name, { size: megabytes(this.size) }) : "";
      line.hidden = !name;
    }
  }

  private async keep(): Promise<void> {
    if (this.keeper.isAtWork) {
      return;
    }
    this.say(null);
    this.show("working");
    this.showProgress(this.got, this.size);
    const ended = await this.keeper.keep(this.size - this.got).catch((): Ended => ({ kind: "full" }));
    await this.look();
    this.tell(ended);
  }

  private tell(ended: Ended): void {
    if (ended.kind === "refused") {
      this.say(ended.text || "failed");
    } else if (ended.kind === "signed-out") {
      this.say("signedOut");
    } else if (ended.kind === "whole") {
      this.say(null);
      this.all("[data-state~=kept] a")[0]?.focus({ preventScroll: true });
    } else if (ended.kind === "paused") {
      this.say(null);
    } else {
      this.say(ended.kind);
    }
  }

  private async stop(): Promise<void> {
    this.keeper.pause();
    await this.work; // what has just arrived is not written after all is gone
    await withLessons((lessons) => forget(lessons, this.lesson));
    await this.look();
    this.say(null);
  }

  private showProgress(got: number, size: number): void {
    const percent = size ? Math.floor((100 * Math.min(got, size)) / size) : 0;
    const [bar] = this.all("[role=progressbar]");
    const words = filled(this.root.dataset.textProgress ?? "", { percent: String(percent), got: megabytes(Math.min(got, size)), size: megabytes(size) });
    bar?.setAttribute("aria-valuenow", String(percent));
    bar?.setAttribute("aria-label", words);
    bar?.querySelector("rect")?.setAttribute("width", String(percent));
    this.all(".progress-words").forEach((each) => (each.textContent = words));
  }
}

document.querySelectorAll<HTMLElement>("[data-keep-lesson]").forEach((root) => new KeepButton(root));
