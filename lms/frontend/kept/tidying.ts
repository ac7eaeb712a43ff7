// At every start of a page while lessons are kept: what may be played no longer goes, what the browser threw away is
// noticed, and what was watched without network is handed in.
import { post } from "../http.ts";
import { handIn, withStore } from "../worker/handin.ts";
import { alone, send } from "../player/sending.ts";
import { bury, named, unname } from "./hint.ts";
import { type Lesson, type Lessons, withLessons } from "./lessons.ts";
import { forgetPractised, handInPractised } from "./practised.ts";

const ENDED = "/learn/packages/ended/";
const PRACTISED = "/learn/packages/practised/";
const REPORTS = "/learn/reports/";
const MOST_ASKED = 50;
const ANSWER_SECONDS = 20;

export const isOver = ({ until }: Pick<Lesson, "until">, now: number): boolean => now >= until;

export interface Tidying {
  lessons: Lessons;
  now(): number;
  /** The packages among these that give no right any more; fails without network, or where nobody is signed in. */
  ended(packages: string[]): Promise<string[]>;
}

/** Removes what is over or withdrawn, and notes what is missing. What is left is returned. */
export async function tidyUp({ lessons, now, ended }: Tidying): Promise<Lesson[]> {
  const known = named(); // first: what is being kept just now is named last
  const before = await lessons.all();
  const over = before.filter((each) => isOver(each, now()));
  const left = before.filter((each) => !isOver(each, now()));
  const asked = left.slice(0, MOST_ASKED).map((each) => each.package);
  const codes = new Set(asked.length ? await ended(asked).catch(() => [] as string[]) : []);
  const withdrawn = left.filter((each) => codes.has(each.package));
  for (const each of [...over, ...withdrawn]) {
    await lessons.remove(each.lesson);
    bury(each, over.includes(each) ? "over" : "withdrawn");
  }
  known
    .filter(({ lesson }) => !before.some((each) => each.lesson === lesson))
    .forEach((lost) => bury(lost, "thrown"));
  return left.filter((each) => !withdrawn.includes(each));
}

async function ended(packages: string[]): Promise<string[]> {
  if (!navigator.onLine) {
    return [];
  }
  const response = await post(ENDED, { packages }, false, {}, ANSWER_SECONDS);
  return response.ok ? ((await response.json()) as { ended: string[] }).ended : [];
}

/** On this page, with what this phone has. Fails where it keeps nothing. */
export async function tidy(): Promise<Lesson[]> {
  return withLessons((lessons) => tidyUp({ lessons, now: () => Date.now(), ended }));
}

/** Take it from this phone. What was watched of it stays until it is handed in: that is another table. */
export async function forget(lessons: Lessons, lesson: number): Promise<void> {
  unname(lesson); // first, or another page would miss it
  forgetPractised(lesson);
  await lessons.remove(lesson);
}

/** What pages without network left behind. Whether something still waits. */
export async function handInKept(): Promise<boolean> {
  const { again } = await withStore((store) =>
    handIn({
      store,
      alone,
      now: () => Date.now(),
      send: async (reports) => (await send(REPORTS, reports, reports[reports.length - 1]?.token)).answers,
    }),
  );
  return again;
}

/** Answers to questions in a film, which nothing hangs on: what cannot be sent now stays for the next page. */
export async function handInPractice(): Promise<void> {
  await handInPractised((code, answers) => post(PRACTISED, { package: code, answers }, false, {}, ANSWER_SECONDS));
}

/** On any page. One that tidies by itself is left to it. */
export async function tidyAndHandIn(): Promise<void> {
  if (!document.querySelector("[data-kept-list], [data-kept-lesson], [data-keep-lesson]")) {
    await tidy();
  }
  if (navigator.onLine) {
    await handInPractice().catch(() => undefined);
  }
  if (navigator.onLine && !document.querySelector("[data-player], [data-kept-list], [data-kept-lesson]")) {
    await handInKept();
  }
}
