// Hands in the reports that pages left behind, as a page would: numbered, in order, kept until each is answered.
import { DatabaseStore, type Report, type Store } from "../player/outbox.ts";
import { type Answer, type Receipt, Reporter } from "../player/reporter.ts";

export interface HandedIn {
  /** What pages that are open may show. */
  receipts: { report: Report; receipt: Receipt }[];
  /** Whether something is left that a later try could bring. */
  again: boolean;
}

export interface HandingIn {
  store: Store;
  send(reports: readonly Report[]): Promise<Answer[]>;
  alone(work: () => Promise<void>): Promise<void>;
  now(): number;
}

/**
 * Send what waits. What belongs to somebody who is not signed in is kept and needs no other try: the page that she opens
 * sends it.
 */
export async function handIn({ store, send, alone, now }: HandingIn): Promise<HandedIn> {
  const receipts: HandedIn["receipts"] = [];
  const foreign = new Set<string>();
  let isSignedOut = false;
  const reporter = new Reporter(
    {
      lesson: 0,
      store,
      alone,
      now,
      async send(reports) {
        const answers = await send(reports);
        reports.forEach(({ session }, place) => answers[place]?.kind === "foreign" && foreign.add(session));
        return answers;
      },
      onReceipt: (receipt, report) => receipts.push({ report, receipt }),
      onState: (state) => (isSignedOut = state === "signed-out"),
      later: () => undefined, // the browser wakes us again
    },
    "",
  );
  await reporter.flush();
  const left = (await store.all()).filter(({ session }) => !foreign.has(session));
  return { receipts, again: left.length > 0 && !isSignedOut };
}

/** The table of the pages, where this browser lets a worker open it; closed afterwards, so that it holds nobody up. */
export async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await DatabaseStore.open();
  try {
    return await work(store);
  } finally {
    store.close();
  }
}
