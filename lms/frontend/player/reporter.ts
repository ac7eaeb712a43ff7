// Brings reports to the server: numbered, kept until answered, sent in order, again and again after a loss. Nothing in
// this file needs a page: the service worker brings what is left in the same way.
import { MemoryStore, inOrder, type Report, type Store } from "./outbox.ts";
import { together } from "./sending.ts";
import { type Stretch, unite, without } from "./stretches.ts";

export interface Refusal {
  from: number;
  to: number;
  reason: string;
  /** The reason as a sentence, where the server gives one. */
  text?: string;
}

export interface CheckDue {
  check: string;
  /** After how many counted seconds it fell due. */
  after: number;
}

export interface Receipt {
  number: number;
  accepted: Stretch[];
  refused: Refusal[];
  /** What counts once the question in between is answered. */
  waiting?: Stretch[];
  percent: number;
  resume_point: number;
  completed: boolean;
  credit: string | null;
  check_due?: CheckDue | null;
}

/**
 * What the server said to one report. `retry`: nothing reached it, or it is busy; `after` are the seconds it asked for.
 * `foreign`: the report is somebody else's, who watched on this phone and is not signed in now. `apart`: several sent at
 * once were refused, which says nothing about any of them.
 */
export type Answer =
  | { kind: "receipt"; receipt: Receipt }
  | { kind: "retry"; after?: number }
  | { kind: "signed-out"; message?: string }
  | { kind: "refused" | "foreign" | "apart" };

export interface ReporterOptions {
  lesson: number;
  store: Store;
  /** Send what belongs to one play session; an answer for each, in their order. */
  send(reports: readonly Report[], leaving: boolean): Promise<Answer[]>;
  onReceipt(receipt: Receipt, report: Report): void;
  /** Whether everything has reached the server, something waits for it, or nobody is signed in any more. */
  onState(state: "sent" | "waiting" | "signed-out"): void;
  /** Seconds after which to try again; replaced in tests. */
  later(callback: () => void, seconds: number): void;
  now(): number;
  /** The play token, which is kept with what is written down. */
  token?(): string;
  /** Whether the reports are those of a package. */
  isPackage?: boolean;
  /** Do it while nobody else on this phone sends what waits. */
  alone?(work: () => Promise<void>): Promise<void>;
}

const LONGEST_PAUSE_SECONDS = 60;
/** Our server asks for a minute or so; something between it and the phone may ask for a day. */
const LONGEST_HOLD_SECONDS = 300;
/** A page that plays writes its open report every few seconds; one left alone for so long lost its page. */
const ABANDONED_MS = 60_000;
/** So many seconds behind the end a player may name that the lesson does not have. */
const TOLERANCE_SECONDS = 2;
/** What one report holds at most. */
const MOST_STRETCHES = 64;
/** Pages that play from one package number their reports in blocks of so many, and do not know of each other. */
export const BLOCK = 100_000;

const keyOf = ({ session, number }: Pick<Report, "session" | "number">): string => `${session}.${number}`;
const lengthOf = (stretches: readonly Stretch[]): number => stretches.reduce((sum, [from, to]) => sum + to - from, 0);

export class Reporter {
  private number = 0;
  private sending: Promise<void> | null = null;
  private failures = 0;
  private waiting = false;
  /** What the disk did not take. */
  private readonly beside = new MemoryStore();
  private readonly foreign = new Set<string>();
  /** Left to the page that wrote them, which may be about to write more. */
  private readonly left = new Set<string>();
  /** What the server may have heard of, so that it must not change any more. */
  private readonly tried = new Set<string>();
  private newest: Report | null = null;
  private most: number | undefined;
  private said = "";
  /** The server asked for a pause. */
  private isHeld = false;

  constructor(
    private readonly options: ReporterOptions,
    private session: string,
  ) {}

  /** Reports from now on belong to this play session, or to this package; their numbers follow `number`. */
  startSession(session: string, number = 0): void {
    this.session = session;
    this.number = number;
  }

  /** Write down what was played so far, for the case that the page is killed before it can report. */
  async note(stretches: Stretch[]): Promise<void> {
    if (this.session && stretches.length) {
      const report = { ...this.written(stretches), number: this.number + 1, open: true };
      await this.options.store.put(report).catch(() => undefined);
    }
  }

  /** Write down what was played, then send everything that waits. */
  async report(stretches: Stretch[], leaving = false): Promise<void> {
    if (stretches.length) {
      const report = this.grown(stretches) ?? this.next(stretches);
      this.newest = report;
      const kept = this.keep(report);
      if (leaving) {
        // The page is going: there is no time to wait for the disk first, nor for whoever is sending.
        const delivered = this.deliver([report], true).then(() => undefined);
        await this.alone(() => delivered);
        return;
      }
      await kept;
    }
    await this.flush();
  }

  /** Send what waits, oldest first; a second call while one is under way joins it. */
  flush(): Promise<void> {
    this.sending ??= this.sendAll().finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  private next(stretches: Stretch[]): Report {
    this.number += 1;
    return this.written(stretches);
  }

  /** The newest report with these stretches added, as long as nobody has tried to send it: hours without a network are few. */
  private grown(stretches: Stretch[]): Report | null {
    const { newest } = this;
    if (!newest || newest.session !== this.session || newest.number !== this.number || this.tried.has(keyOf(newest))) {
      return null;
    }
    const all = unite([...newest.stretches, ...stretches]);
    return all.length <= MOST_STRETCHES ? { ...this.written(all), number: newest.number } : null;
  }

  private written(stretches: Stretch[]): Report {
    const { lesson, now, isPackage } = this.options;
    const token = this.options.token?.();
    return {
      session: this.session,
      number: this.number,
      lesson,
      stretches,
      at: now(),
      ...(token ? { token } : {}),
      ...(isPackage ? { isPackage } : {}),
    };
  }

  private alone(work: () => Promise<void>): Promise<void> {
    return this.options.alone?.(work) ?? work();
  }

  private say(state: "sent" | "waiting" | "signed-out"): void {
    this.said = state;
    this.options.onState(state);
  }

  private async keep(report: Report): Promise<void> {
    // A full disk, or one that the phone took back: the page itself keeps it as long as it is open.
    await this.options.store.put(report).catch(() => this.beside.put(report));
  }

  private async forget(report: Report): Promise<void> {
    await this.beside.remove(report);
    // A disk that gives nothing back: what is answered is sent no more from here.
    await this.options.store.remove(report).catch(() => this.left.add(keyOf(report)));
  }

  private async due(): Promise<Report[]> {
    const kept = await this.options.store.all().catch((): Report[] => []);
    const now = this.options.now();
    return inOrder([...kept, ...(await this.beside.all())]).filter(
      ({ session, number, open, at }) =>
        !this.foreign.has(session) &&
        !this.left.has(keyOf({ session, number })) &&
        !(open && (Math.abs(now - at) < ABANDONED_MS || (session === this.session && number > this.number))),
    );
  }

  private async sendAll(): Promise<void> {
    if (this.isHeld) {
      return;
    }
    if ((await this.due()).length) {
      await this.alone(() => this.sendInOrder());
    } else if (this.said === "waiting") {
      this.say("sent"); // by another page, or by the service worker
    }
  }

  private async sendInOrder(): Promise<void> {
    // Reports written meanwhile are picked up by looking again until nothing is left.
    for (let reports = await this.due(); reports.length; reports = await this.due()) {
      // After a loss one alone feels its way: it is the likeliest to get through, and the others may still grow.
      if (!(await this.deliver(together(reports, this.failures ? 1 : this.most), false))) {
        return;
      }
    }
    if (this.said === "waiting") {
      this.say("sent");
    }
  }

  /** Whether to go on with the next ones: these were dealt with, or are left for somebody else. */
  private async deliver(reports: readonly Report[], leaving: boolean): Promise<boolean> {
    reports.forEach((report) => this.tried.add(keyOf(report)));
    const lost = (): Answer[] => reports.map(() => ({ kind: "retry" }));
    const answers = await this.options.send(reports, leaving).catch(lost);
    let pause: number | null = null;
    let isSignedIn = true;
    for (const [place, report] of reports.entries()) {
      const answer = answers[place] ?? { kind: "retry" };
      if (answer.kind === "retry") {
        pause = Math.max(pause ?? 0, answer.after ?? 0);
      } else if (answer.kind === "foreign") {
        this.foreign.add(report.session);
      } else if (answer.kind === "apart") {
        this.most = 1;
      } else if (answer.kind === "signed-out") {
        isSignedIn = false;
      } else {
        await this.settle(report, answer);
      }
    }
    if (pause !== null) {
      this.failures += 1;
      this.say("waiting");
      this.tryLater(pause);
      return false;
    }
    this.failures = 0;
    if (!isSignedIn) {
      this.say("signed-out");
      return false;
    }
    if (answers.some(({ kind }) => kind === "receipt" || kind === "refused") && !(await this.due()).length) {
      this.say("sent");
    }
    return true;
  }

  /** The server has judged it: it need not be kept any more. */
  private async settle(report: Report, answer: Answer): Promise<void> {
    const isLeft = answer.kind === "receipt" && !(await this.reportAgain(report, answer.receipt));
    if (isLeft) {
      this.left.add(keyOf(report));
    } else {
      await this.forget(report);
    }
    if (answer.kind === "receipt") {
      this.options.onReceipt(answer.receipt, report);
    }
  }

  /**
   * Where an open report was sent by somebody else before it was whole, the rest goes under a number of its own. Which
   * one, its page knows; once that is gone, the next number behind all that it wrote. False: its page may still do so.
   */
  private async reportAgain(report: Report, receipt: Receipt): Promise<boolean> {
    const { session, number, stretches, rest: isRest, at } = report;
    const judged: Stretch[] = [...receipt.accepted, ...(receipt.waiting ?? []), ...receipt.refused.map(({ from, to }): Stretch => [from, to])];
    const rest = without(stretches, judged);
    if (isRest || number !== receipt.number || lengthOf(rest) <= TOLERANCE_SECONDS) {
      return true;
    }
    if (session === this.session) {
      await this.keep({ ...this.next(rest), rest: true });
      return true;
    }
    if (Math.abs(this.options.now() - at) < ABANDONED_MS) {
      return false;
    }
    const block = Math.floor(number / BLOCK);
    const written = (await this.options.store.all()).filter(
      (each) => each.session === session && Math.floor(each.number / BLOCK) === block,
    );
    const next = 1 + Math.max(...written.map((each) => each.number), number);
    await this.keep({ ...report, number: next, stretches: rest, rest: true, open: false });
    return true;
  }

  private tryLater(after = 0): void {
    if (!this.waiting) {
      this.waiting = true;
      this.isHeld = after > 0;
      // Never all phones at once after the network of a village comes back.
      const pause = Math.min(LONGEST_PAUSE_SECONDS, 2 ** this.failures) * (0.5 + Math.random() / 2);
      this.options.later(
        () => {
          this.waiting = this.isHeld = false;
          void this.flush();
        },
        Math.max(Math.min(after, LONGEST_HOLD_SECONDS), pause),
      );
    }
  }
}
