// Questions in a film, answered without network: asked and marked by what was kept with the lesson, for they earn nothing.
// The first answer to each is noted here and handed in later, for the trainer to see what was not understood.
import type { Asking, Question, Told } from "../player/practice.ts";
import { read, write } from "./hint.ts";

/** A question as the kept file has it: with what is right, and why. */
export interface Sealed extends Question {
  right: string;
  explanation: string;
}

interface Kept extends Told<Sealed> {
  words: Told["words"] & { right: string; wrong: string };
}

/** Whose answer it is, and to which lesson. */
export interface Whose {
  lesson: number;
  package: string;
}

export interface Answered extends Whose {
  question: number;
  choice: string;
  /** When, in ms by this phone's clock: so that nothing waits for ever. */
  at: number;
  sent: boolean;
}

/** site.ts looks for it by name. */
const PRACTISED = "tianjian.practised";
const KEPT_MS = 30 * 24 * 3600 * 1000;
const MOST = 300;
/** As many as the server takes at once. */
const MOST_SENT = 30;

const all = (): Answered[] => read<Answered>(PRACTISED);

function save(rows: Answered[], now = Date.now()): void {
  write(PRACTISED, rows.filter(({ at }) => now - at < KEPT_MS).slice(-MOST));
}

/** The first answer to a question counts; every further one is only told. */
export function note({ lesson, package: code }: Whose, question: number, choice: string): void {
  const rows = all();
  if (!rows.some((each) => each.package === code && each.question === question)) {
    save([...rows, { lesson, package: code, question, choice, at: Date.now(), sent: false }]);
  }
}

/** Taken off this phone; what was not handed in yet stays until it is. */
export function forgetPractised(lesson: number): void {
  save(all().filter((each) => !each.sent || each.lesson !== lesson));
}

/** Asks and marks by the file at `address`, which lies on this phone. */
export function keptHere(address: string, whose: Whose): Asking {
  let told: Kept | null = null;
  return {
    questions: async () => {
      const response = await fetch(address);
      told = response.ok ? ((await response.json()) as Kept) : null;
      const mine = all().filter((each) => each.package === whose.package);
      told?.questions.forEach((each) => (each.answered ||= mine.some(({ question }) => question === each.id)));
      return told;
    },
    mark: async (id, choice) => {
      const question = told?.questions.find((each) => each.id === id);
      note(whose, id, choice);
      const right = question?.right === choice;
      return { ok: true, right, text: told?.words[right ? "right" : "wrong"] ?? "", explanation: question?.explanation ?? "" };
    },
  };
}

/** Hand in what waits, one package after the other. What is somebody else's waits for her; what nobody takes grows old. */
export async function handInPractised(send: (code: string, answers: { question: number; choice: string }[]) => Promise<Response>): Promise<void> {
  const waiting = all().filter(({ sent }) => !sent);
  for (const code of new Set(waiting.map((each) => each.package))) {
    const answers = waiting.filter((each) => each.package === code).slice(0, MOST_SENT);
    const response = await send(code, answers.map(({ question, choice }) => ({ question, choice })));
    if (response.status === 401) {
      return;
    }
    if (response.ok) {
      const sent = new Set(answers.map(({ question }) => question));
      save(all().map((each) => (each.package === code && sent.has(each.question) ? { ...each, sent: true } : each)));
    }
  }
}
