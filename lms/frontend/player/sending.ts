// Reports on their way: what the page that plays and the service worker after it send, and how the answer is read. The
// contract stands in lms/docs/watch-reports.md. Nothing in this file needs a page.
import type { Report } from "./outbox.ts";
import type { Answer, Receipt } from "./reporter.ts";

/** A request that hangs for longer on a bad network is as good as lost. */
export const ANSWER_SECONDS = 20;
/** What the server takes at once. */
const MOST_TOGETHER = 32;
const MOST_BYTES = 4096;
/** Sent again such a report is no better. */
const HOPELESS = new Set(["malformed", "wrong_value", "too_many", "beyond_lesson"]);
const SIGNED_OUT = new Set(["sign_in", "cross_site", "cannot_play", "merged"]);

interface Refusal {
  error?: string;
  message?: string;
  retry_after?: number;
}

const told = ({ session, isPackage, number, stretches }: Report) =>
  isPackage ? { package: session, number, stretches } : { session, number, stretches };

function bodyOf(reports: readonly Report[]): string {
  const [first, ...others] = reports;
  return JSON.stringify(first && !others.length ? told(first) : { reports: reports.map(told) });
}

/** The oldest report and those behind it that may travel with it: of one play session, in order, in one body. */
export function together(reports: readonly Report[], most = MOST_TOGETHER): Report[] {
  const batch: Report[] = [];
  for (const report of reports) {
    const isOne = report.session === (batch[0] ?? report).session;
    if (!isOne || batch.length === most || (batch.length && bodyOf([...batch, report]).length > MOST_BYTES)) {
      break;
    }
    batch.push(report);
  }
  return batch;
}

function refused({ error, message, retry_after: after }: Refusal): Answer {
  if (error === "unknown_session" || error === "unknown_package") {
    return { kind: "foreign" };
  }
  if (SIGNED_OUT.has(error ?? "")) {
    // Two accounts that have become one: only the server knows with which number to sign in.
    return { kind: "signed-out", ...(error === "merged" && message ? { message } : {}) };
  }
  // What says none of these is not our server's word, or one that this code does not know: nothing is thrown away for it.
  return HOPELESS.has(error ?? "") ? { kind: "refused" } : { kind: "retry", ...(after ? { after } : {}) };
}

/** An answer for each report in its order, and the play token that the server gave in place of one that ran out. */
export interface Sent {
  answers: Answer[];
  token?: string;
}

/** Send the reports of one play session; `leaving` lets the request outlive the page. Fails where nothing came back. */
export async function send(address: string, reports: readonly Report[], token = "", leaving = false): Promise<Sent> {
  const given = leaving ? null : new AbortController();
  const timer = setTimeout(() => given?.abort(), ANSWER_SECONDS * 1000);
  try {
    const response = await fetch(address, {
      ...(given ? { signal: given.signal } : {}),
      method: "POST",
      headers: { "Content-Type": "application/json", ...(token ? { "X-Play-Token": token } : {}) },
      body: bodyOf(reports),
      credentials: "same-origin",
      keepalive: leaving,
    });
    const fresh = response.headers.get("X-Play-Token");
    return { answers: await read(response, reports), ...(fresh ? { token: fresh } : {}) };
  } finally {
    clearTimeout(timer);
  }
}

async function read(response: Response, reports: readonly Report[]): Promise<Answer[]> {
  const all = (answer: Answer): Answer[] => reports.map(() => answer);
  if (response.status >= 500 || response.status === 429) {
    return all({ kind: "retry", after: Number(response.headers.get("Retry-After")) || 0 });
  }
  const answer = (await response.json()) as (Receipt & Refusal) & { receipts?: (Receipt & Refusal)[] };
  if (!response.ok) {
    const verdict = refused(answer);
    // A batch that is refused as a whole says nothing about any report in it.
    return all(reports.length > 1 && verdict.kind === "refused" ? { kind: "apart" } : verdict);
  }
  const each = answer.receipts ?? [answer];
  return reports.map(({ number }, place): Answer => {
    const found = each[place];
    return found?.accepted && found.number === number ? { kind: "receipt", receipt: found } : refused(found ?? {});
  });
}

const LOCK = "tianjian.reports";
/** Longer than a request may hang; sending twice is harmless, waiting for ever is not. */
const PATIENCE_MS = (ANSWER_SECONDS + 10) * 1000;

/** Do it while no other page, and not the service worker, sends from the same store; where a phone can tell. */
export async function alone(work: () => Promise<void>): Promise<void> {
  if (!navigator.locks) {
    return work();
  }
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  let begun = false;
  try {
    await navigator.locks.request(LOCK, { signal: patience.signal }, () => {
      begun = true;
      clearTimeout(timer);
      return work();
    });
  } catch (error) {
    if (begun) {
      throw error;
    }
    await work();
  }
}
