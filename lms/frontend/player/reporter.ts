// Brings reports to the server: numbered, kept until answered, sent in order, again and again after a loss.
import type { Report, Store } from "./outbox.ts";
import type { Stretch } from "./stretches.ts";

export interface Refusal {
  from: number;
  to: number;
  reason: string;
  /** The reason as a sentence, where the server gives one. */
  text?: string;
}

export interface Receipt {
  number: number;
  accepted: Stretch[];
  refused: Refusal[];
  percent: number;
  resume_point: number;
  completed: boolean;
  credit: string | null;
}

/** What the server said to one report. `retry`: nothing reached it, or it is busy. */
export type Answer = { kind: "receipt"; receipt: Receipt } | { kind: "signed-out" | "refused" | "retry" };

export interface ReporterOptions {
  store: Store;
  send(report: Report, leaving: boolean): Promise<Answer>;
  onReceipt(receipt: Receipt, report: Report): void;
  /** Whether the last attempt reached the server, and whether somebody is still signed in. */
  onState(state: "sent" | "waiting" | "signed-out"): void;
  /** Seconds after which to try again; replaced in tests. */
  later(callback: () => void, seconds: number): void;
  now(): number;
}

const LONGEST_PAUSE_SECONDS = 60;

export class Reporter {
  private number = 0;
  private sending: Promise<void> | null = null;
  private failures = 0;
  private waiting = false;

  constructor(
    private readonly options: ReporterOptions,
    private session: string,
  ) {}

  /** Reports from now on belong to this play session. */
  startSession(session: string): void {
    this.session = session;
    this.number = 0;
  }

  /** Write down what was played, then send everything that waits. */
  async report(stretches: Stretch[], leaving = false): Promise<void> {
    if (stretches.length) {
      this.number += 1;
      const report = { session: this.session, number: this.number, stretches, at: this.options.now() };
      if (leaving) {
        // The page is going: there is no time to wait for the disk first.
        void this.options.store.put(report).catch(() => undefined);
        await this.deliver(report, true);
        return;
      }
      try {
        await this.options.store.put(report);
      } catch {
        // The disk is full: what cannot be kept is at least sent.
        await this.deliver(report, false);
      }
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

  private async sendAll(): Promise<void> {
    // Reports written meanwhile are picked up by looking again until nothing is left.
    for (let reports = await this.options.store.all(); reports.length; reports = await this.options.store.all()) {
      for (const report of reports) {
        if (!(await this.deliver(report, false))) {
          return;
        }
      }
    }
  }

  /** Whether the server has dealt with this report, one way or the other. */
  private async deliver(report: Report, leaving: boolean): Promise<boolean> {
    const answer = await this.options.send(report, leaving).catch((): Answer => ({ kind: "retry" }));
    if (answer.kind === "retry") {
      this.failures += 1;
      this.options.onState("waiting");
      this.tryLater();
      return false;
    }
    this.failures = 0;
    if (answer.kind === "signed-out") {
      this.options.onState("signed-out");
      return false;
    }
    await this.options.store.remove(report);
    this.options.onState("sent");
    if (answer.kind === "receipt") {
      this.options.onReceipt(answer.receipt, report);
    }
    return true;
  }

  private tryLater(): void {
    if (!this.waiting) {
      this.waiting = true;
      this.options.later(
        () => {
          this.waiting = false;
          void this.flush();
        },
        Math.min(LONGEST_PAUSE_SECONDS, 2 ** this.failures),
      );
    }
  }
}
