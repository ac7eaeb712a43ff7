// Brings reports to the server: numbered, kept until answered, sent in order, again and again after a loss.
import { MemoryStore, inOrder, type Report, type Store } from "./outbox.ts";
import { type Stretch, without } from "./stretches.ts";

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
 * `foreign`: the report is somebody else's, who watched on this phone and is not signed in now.
 */
export type Answer =
  | { kind: "receipt"; receipt: Receipt }
  | { kind: "retry"; after?: number }
  | { kind: "signed-out" | "refused" | "foreign" };

export interface ReporterOptions {
  lesson: number;
  store: Store;
  send(report: Report, leaving: boolean): Promise<Answer>;
  onReceipt(receipt: Receipt, report: Report): void;
  /** Whether everything has reached the server, something waits for it, or nobody is signed in any more. */
  onState(state: "sent" | "waiting" | "signed-out"): void;
  /** Seconds after which to try again; replaced in tests. */
  later(callback: () => void, seconds: number): void;
  now(): number;
}

const LONGEST_PAUSE_SECONDS = 60;
/** A page that plays writes its open report every few seconds; one left alone for so long lost its page. */
const ABANDONED_MS = 60_000;
/** So many seconds behind the end a player may name that the lesson does not have. */
const TOLERANCE_SECONDS = 2;

const lengthOf = (stretches: readonly Stretch[]): number => stretches.reduce((sum, [from, to]) => sum + to - from, 0);

export class Reporter {
  private number = 0;
  private sending: Promise<void> | null = null;
  private failures = 0;
  private waiting = false;
  /** What the disk did not take. */
  private readonly beside = new MemoryStore();
  private readonly foreign = new Set<string>();

  constructor(
    private readonly options: ReporterOptions,
    private session: string,
  ) {}

  /** Reports from now on belong to this play session. */
  startSession(session: string): void {
    this.session = session;
    this.number = 0;
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
      this.number += 1;
      const report = this.written(stretches);
      const kept = this.keep(report);
      if (leaving) {
        // The page is going: there is no time to wait for the disk first.
        await this.deliver(report, true);
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

  private written(stretches: Stretch[]): Report {
    const { lesson, now } = this.options;
    return { session: this.session, number: this.number, lesson, stretches, at: now() };
  }

  private async keep(report: Report): Promise<void> {
    // A full disk, or one that the phone took back: the page itself keeps it as long as it is open.
    await this.options.store.put(report).catch(() => this.beside.put(report));
  }

  private async forget(report: Report): Promise<void> {
    await this.beside.remove(report);
    await this.options.store.remove(report).catch(() => undefined);
  }

  private async due(): Promise<Report[]> {
    const kept = await this.options.store.all().catch((): Report[] => []);
    const now = this.options.now();
    return inOrder([...kept, ...(await this.beside.all())]).filter(
      ({ session, number, open, at }) =>
        !this.foreign.has(session) &&
        !(open && (Math.abs(now - at) < ABANDONED_MS || (session === this.session && number > this.number))),
    );
  }

  private async sendAll(): Promise<void> {
    // Reports written meanwhile are picked up by looking again until nothing is left.
    for (let reports = await this.due(); reports.length; reports = await this.due()) {
      for (const report of reports) {
        if (!(await this.deliver(report, false))) {
          return;
        }
      }
    }
  }

  /** Whether to go on with the next report: this one was dealt with, or is left for somebody else. */
  private async deliver(report: Report, leaving: boolean): Promise<boolean> {
    const answer = await this.options.send(report, leaving).catch((): Answer => ({ kind: "retry" }));
    if (answer.kind === "retry") {
      this.failures += 1;
      this.options.onState("waiting");
      this.tryLater(answer.after);
      return false;
    }
    this.failures = 0;
    if (answer.kind === "signed-out") {
      this.options.onState("signed-out");
      return false;
    }
    if (answer.kind === "foreign") {
      this.foreign.add(report.session);
      return true;
    }
    await this.forget(report);
    if (answer.kind === "receipt") {
      await this.reportAgain(report, answer.receipt);
      this.options.onReceipt(answer.receipt, report);
    }
    if (!(await this.due()).length) {
      this.options.onState("sent");
    }
    return true;
  }

  /** Where another page sent an open report of ours before it was whole, the rest goes under a number of its own. */
  private async reportAgain({ session, number, stretches, rest: isRest }: Report, receipt: Receipt): Promise<void> {
    const judged: Stretch[] = [...receipt.accepted, ...(receipt.waiting ?? []), ...receipt.refused.map(({ from, to }): Stretch => [from, to])];
    const rest = without(stretches, judged);
    if (!isRest && session === this.session && number === receipt.number && lengthOf(rest) > TOLERANCE_SECONDS) {
      this.number += 1;
      await this.keep({ ...this.written(rest), rest: true });
    }
  }

  private tryLater(after = 0): void {
    if (!this.waiting) {
      this.waiting = true;
      // Never all phones at once after the network of a village comes back.
      const pause = Math.min(LONGEST_PAUSE_SECONDS, 2 ** this.failures) * (0.5 + Math.random() / 2);
      this.options.later(
        () => {
          this.waiting = false;
          void this.flush();
        },
        Math.max(after, pause),
      );
    }
  }
}
