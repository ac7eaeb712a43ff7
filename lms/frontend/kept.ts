// The list of lessons that this phone has kept, with network or without: what there is, what it takes, what became of the
// rest. It is filled in here, because nobody but the phone knows.
import { explain, inability } from "./kept/ability.ts";
import { forgetGone, gone } from "./kept/hint.ts";
import { offerInstall } from "./kept/install.ts";
import { bytesHere, type Lesson, withLessons } from "./kept/lessons.ts";
import { filled, megabytes, moment, used } from "./kept/room.ts";
import { forget, handInKept, tidy } from "./kept/tidying.ts";
import { addressOf, FILM } from "./kept/words.ts";
import { holdsScreenings } from "./screening/choosing.ts";
import { allChosen } from "./screening/chosen.ts";

class KeptList {
  private readonly list = this.root.querySelector("ul[data-any]") as HTMLElement;
  private readonly row = this.root.querySelector("template") as HTMLTemplateElement;

  constructor(private readonly root: HTMLElement) {
    offerInstall();
    this.on("[data-clear]", () => this.ask(true));
    this.on("[data-clear-not]", () => this.ask(false));
    this.on("[data-clear-yes]", () => void this.clear());
    this.on("[data-gone-read]", () => {
      forgetGone();
      this.showGone();
    });
    void this.begin();
  }

  private on(selector: string, work: () => void): void {
    this.root.querySelector(selector)?.addEventListener("click", work);
  }

  private show(selector: string, shown: boolean): void {
    this.root.querySelectorAll<HTMLElement>(selector).forEach((each) => (each.hidden = !shown));
  }

  private async begin(): Promise<void> {
    const why = await inability();
    if (why) {
      this.show("[data-here]", false);
      explain(this.root, why);
      return;
    }
    await tidy().catch(() => undefined);
    await this.fill();
    this.showGone();
    await this.showScreenings().catch(() => undefined);
    await handInKept().then((waits) => this.show("[data-waits]", waits), () => undefined);
  }

  private async fill(): Promise<void> {
    const rows = await withLessons(async (lessons) => {
      const all = await lessons.all();
      return Promise.all(all.map(async (lesson) => ({ lesson, got: await bytesHere(lessons, lesson.lesson, FILM) })));
    });
    this.list.textContent = "";
    this.list.append(...rows.map(({ lesson, got }) => this.made(lesson, got)));
    this.show("[data-any]", rows.length > 0);
    this.show("[data-none]", rows.length === 0);
    const sum = rows.reduce((bytes, { got }) => bytes + got, 0);
    const all = Math.max(sum, (await used()) ?? 0);
    const line = this.root.querySelector<HTMLElement>("[data-used]");
    if (line) {
      line.textContent = filled(line.dataset.text ?? "", { count: String(rows.length), size: megabytes(all) });
    }
  }

  /** Those that a helper leads from this phone. */
  private async showScreenings(): Promise<void> {
    const section = this.root.querySelector<HTMLElement>("[data-screenings]");
    const rows = section && holdsScreenings() ? await allChosen() : [];
    section?.querySelector("ul")?.append(
      ...rows.map(({ code, title, place }) => {
        const row = document.createElement("li");
        const link = document.createElement("a");
        const where = document.createElement("p");
        [row.className, link.className, where.className] = ["row", "row-title", "soft"];
        [link.textContent, where.textContent, link.href] = [title, place, `/learn/screenings/${code}/`];
        row.append(link, where);
        return row;
      }),
    );
    if (section) {
      section.hidden = rows.length === 0;
    }
  }

  private made(lesson: Lesson, got: number): Node {
    const made = this.row.content.cloneNode(true) as DocumentFragment;
    const part = (name: string): HTMLElement => made.querySelector<HTMLElement>(`[data-${name}]`) as HTMLElement;
    const link = part("title") as HTMLAnchorElement;
    link.textContent = lesson.title;
    link.href = lesson.whole ? addressOf(lesson.lesson) : lesson.page;
    part("course").textContent = lesson.course;
    const line = part(lesson.whole ? "until" : "half");
    line.hidden = false;
    line.textContent = filled(line.dataset.text ?? "", { until: moment(lesson.until), got: megabytes(got), size: megabytes(lesson.size) });
    const { mark } = this.root.dataset;
    part("other").hidden = !mark || mark === lesson.mark;
    const open = part(lesson.whole ? "open" : "go-on") as HTMLAnchorElement;
    open.hidden = false;
    open.href = link.href;
    open.setAttribute("aria-label", `${open.textContent?.trim() ?? ""}: ${lesson.title}`);
    const remove = part("remove");
    remove.setAttribute("aria-label", `${remove.textContent?.trim() ?? ""}: ${lesson.title}`);
    remove.addEventListener("click", () => void this.remove(lesson));
    return made;
  }

  private async remove(lesson: Lesson): Promise<void> {
    await withLessons((lessons) => forget(lessons, lesson.lesson));
    await this.fill();
    this.say(filled(this.root.dataset.textRemoved ?? "", { title: lesson.title }));
  }

  private ask(asks: boolean): void {
    this.show("[data-clear-asks]", asks);
    this.show("[data-clear]", !asks);
    this.root.querySelector<HTMLElement>(asks ? "[data-clear-yes]" : "[data-clear]")?.focus();
  }

  private async clear(): Promise<void> {
    await withLessons(async (lessons) => {
      for (const { lesson } of await lessons.all()) {
        await forget(lessons, lesson);
      }
    });
    this.ask(false);
    await this.fill();
    this.say(this.root.dataset.textCleared ?? "");
  }

  private say(text: string): void {
    const line = this.root.querySelector<HTMLElement>("[data-said]");
    if (line) {
      line.textContent = text;
      line.hidden = !text;
    }
  }

  /** What is not here any more, and why. */
  private showGone(): void {
    const lost = gone();
    this.show("[data-gone]", lost.length > 0);
    for (const why of ["over", "withdrawn", "thrown"] as const) {
      const titles = lost.filter((each) => each.why === why).map((each) => each.title);
      const line = this.root.querySelector<HTMLElement>(`[data-gone-because="${why}"]`);
      if (line) {
        line.hidden = titles.length === 0;
        line.textContent = filled(line.dataset.text ?? "", { titles: titles.join(this.root.dataset.textBetween ?? ", ") });
      }
    }
  }
}

const root = document.querySelector<HTMLElement>("[data-kept-list]");
if (root) {
  new KeptList(root);
}
