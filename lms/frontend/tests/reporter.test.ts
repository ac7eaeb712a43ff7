import assert from "node:assert/strict";
import test from "node:test";
import { MemoryStore, type Report, type Store } from "../player/outbox.ts";
import { type Answer, Reporter } from "../player/reporter.ts";

const RECEIPT = {
  kind: "receipt" as const,
  receipt: { number: 1, accepted: [], refused: [], percent: 10, resume_point: 0, completed: false, credit: null },
};

function reporterWith(answers: Answer[], clock = { now: 1 }, store: Store = new MemoryStore()) {
  const sent: Report[] = [];
  const batches: number[] = [];
  const states: string[] = [];
  const later: (() => void)[] = [];
  const reporter = new Reporter(
    {
      lesson: 7,
      store,
      send: async (reports) => {
        sent.push(...reports);
        batches.push(reports.length);
        return reports.map(
          ({ number, stretches }) => answers.shift() ?? { ...RECEIPT, receipt: { ...RECEIPT.receipt, number, accepted: stretches } },
        );
      },
      onReceipt: () => undefined,
      onState: (state) => states.push(state),
      later: (callback) => later.push(callback),
      now: () => clock.now,
    },
    "s1",
  );
  return { store, sent, batches, states, later, reporter };
}

test("a report is forgotten once answered", async () => {
  const { store, sent, reporter } = reporterWith([]);
  await reporter.report([[0, 15]]);
  assert.deepEqual(sent, [{ session: "s1", number: 1, lesson: 7, stretches: [[0, 15]], at: 1 }]);
  assert.deepEqual(await store.all(), []);
});

test("what was lost is sent again, the same and in order", async () => {
  const { store, sent, states, later, reporter } = reporterWith([{ kind: "retry" }, { kind: "retry" }]);
  await reporter.report([[0, 15]]);
  await reporter.report([[15, 30]]);
  assert.deepEqual(states, ["waiting", "waiting"]);
  assert.equal(later.length, 1);
  later[0]?.();
  await reporter.flush();
  assert.deepEqual(
    sent.map((report) => report.number),
    [1, 1, 1, 2],
  );
  assert.deepEqual(await store.all(), []);
});

test("a sign-in that ended keeps the report", async () => {
  const { store, states, reporter } = reporterWith([{ kind: "signed-out" }]);
  await reporter.report([[0, 15]]);
  assert.deepEqual(states, ["signed-out"]);
  assert.equal((await store.all()).length, 1);
});

test("nothing played sends nothing", async () => {
  const { sent, reporter } = reporterWith([]);
  await reporter.report([]);
  assert.deepEqual(sent, []);
});

test("what is still being watched is kept, and sent by nobody", async () => {
  const { store, sent, reporter } = reporterWith([]);
  await reporter.note([[0, 4]]);
  await reporter.note([[0, 6]]);
  await reporter.flush();
  assert.deepEqual(sent, []);
  assert.deepEqual(await store.all(), [{ session: "s1", number: 1, lesson: 7, stretches: [[0, 6]], at: 1, open: true }]);
  await reporter.report([[0, 8]]);
  assert.deepEqual(sent, [{ session: "s1", number: 1, lesson: 7, stretches: [[0, 8]], at: 1 }]);
  assert.deepEqual(await store.all(), []);
});

test("what a killed page was watching is sent by the next one", async () => {
  const clock = { now: 1 };
  const { store, reporter } = reporterWith([], clock);
  await reporter.note([[0, 6]]);
  const next = reporterWith([], clock, store);
  next.reporter.startSession("s2");
  await next.reporter.flush();
  assert.deepEqual(next.sent, []);
  clock.now += 60_000;
  await next.reporter.flush();
  assert.deepEqual(next.sent.map(({ session, stretches }) => [session, stretches]), [["s1", [[0, 6]]]]);
});

test("a page that slept finds its open report sent, and reports the rest anew, once", async () => {
  const short: Answer = { ...RECEIPT, receipt: { ...RECEIPT.receipt, accepted: [[0, 6]] } };
  const { sent, reporter, store } = reporterWith([short, short]);
  await reporter.report([[0, 30]]);
  assert.deepEqual(sent.map(({ number, stretches }) => [number, stretches]), [[1, [[0, 30]]], [2, [[6, 30]]]]);
  assert.deepEqual(await store.all(), []);
});

test("the report of somebody else on this phone is kept and holds nothing up", async () => {
  const { sent, store, reporter } = reporterWith([{ kind: "foreign" }]);
  await store.put({ session: "hers", number: 3, lesson: 7, stretches: [[0, 15]], at: 0 });
  await reporter.report([[0, 15]]);
  await reporter.flush();
  assert.deepEqual(sent.map(({ session }) => session), ["hers", "s1"]);
  assert.deepEqual((await store.all()).map(({ session }) => session), ["hers"]);
});

test("what a full disk does not take stays in the page until it is answered", async () => {
  const broken: Store = {
    put: () => Promise.reject(new Error("full")),
    all: () => Promise.reject(new Error("gone")),
    remove: () => Promise.reject(new Error("gone")),
  };
  const { sent, later, reporter } = reporterWith([{ kind: "retry" }], { now: 1 }, broken);
  await reporter.report([[0, 15]]);
  later[0]?.();
  await reporter.flush();
  assert.deepEqual(sent.map(({ number }) => number), [1, 1]);
  await reporter.report([[15, 30]]);
  assert.deepEqual(sent.map(({ number }) => number), [1, 1, 2]);
});

test("what waits goes together, in order, and each is kept until it is answered itself", async () => {
  const store = new MemoryStore();
  for (const number of [1, 2, 3]) {
    await store.put({ session: "s0", number, lesson: 7, stretches: [[number * 15, number * 15 + 15]], at: number });
  }
  const first: Answer = { ...RECEIPT, receipt: { ...RECEIPT.receipt, accepted: [[15, 30]] } };
  const { batches, sent, states, later, reporter } = reporterWith([first, { kind: "retry", after: 9 }, { kind: "retry" }], { now: 99_999 }, store);
  await reporter.flush();
  assert.deepEqual(batches, [3]);
  assert.deepEqual((await store.all()).map(({ number }) => number), [2, 3]);
  await reporter.flush();
  assert.deepEqual(batches, [3], "the server asked for a pause");
  later[0]?.();
  await reporter.flush();
  assert.deepEqual(sent.map(({ number }) => number), [1, 2, 3, 2, 3]);
  assert.deepEqual(states, ["waiting", "sent"]);
});

test("hours without a network are few reports, and what the server may have heard of stays as it is", async () => {
  const { store, sent, later, reporter } = reporterWith(Array.from({ length: 100 }, () => ({ kind: "retry" })));
  for (let second = 0; second < 1500; second += 15) {
    await reporter.report([[second, second + 15]]);
  }
  assert.deepEqual((await store.all()).map(({ number, stretches }) => [number, stretches]), [[1, [[0, 15]]], [2, [[15, 1500]]]]);
  later[0]?.();
  await reporter.flush();
  assert.deepEqual(sent.slice(-2).map(({ number }) => number), [1, 2]);
  await reporter.report([[1500, 1515]]);
  assert.deepEqual(sent[sent.length - 1]?.number, 3);
  assert.deepEqual(await store.all(), []);
});

test("a report holds no more broken pieces than the server takes", async () => {
  const { store, reporter } = reporterWith(Array.from({ length: 200 }, () => ({ kind: "retry" })));
  for (let second = 0; second < 1500; second += 15) {
    await reporter.report([[second, second + 5]]);
  }
  assert.deepEqual((await store.all()).map(({ stretches }) => stretches.length), [1, 64, 35]);
});

test("reports that were refused together are sent one by one, and none is thrown away for its neighbour", async () => {
  const { store, batches, reporter } = reporterWith([{ kind: "apart" }, { kind: "apart" }]);
  await store.put({ session: "s0", number: 1, lesson: 7, stretches: [[0, 15]], at: 0 });
  await store.put({ session: "s0", number: 2, lesson: 7, stretches: [[15, 30]], at: 0 });
  await reporter.flush();
  assert.deepEqual(batches, [2, 1, 1]);
  assert.deepEqual(await store.all(), []);
});

test("what somebody else has sent meanwhile is said to be sent", async () => {
  const { store, states, reporter } = reporterWith([{ kind: "retry" }]);
  await reporter.report([[0, 15]]);
  for (const report of await store.all()) {
    await store.remove(report);
  }
  await reporter.flush();
  assert.deepEqual(states, ["waiting", "sent"]);
});

test("what was written while it was being sent is not removed with it", async () => {
  const store = new MemoryStore();
  await store.put({ session: "s1", number: 1, lesson: 7, stretches: [[0, 9]], at: 2 });
  await store.remove({ session: "s1", number: 1, lesson: 7, stretches: [[0, 6]], at: 1, open: true });
  assert.equal((await store.all()).length, 1);
});

test("more than was sent before: left to a page that may live, numbered anew once it is gone", async () => {
  const clock = { now: 1 };
  const short: Answer = { ...RECEIPT, receipt: { ...RECEIPT.receipt, accepted: [[0, 6]] } };
  const store = new MemoryStore();
  await store.put({ session: "gone", number: 1, lesson: 7, stretches: [[0, 30]], at: 1 });
  const first = reporterWith([short], clock, store);
  await first.reporter.flush();
  assert.deepEqual((await store.all()).map(({ stretches }) => stretches), [[[0, 30]]]);
  clock.now += 60_000;
  const second = reporterWith([short], clock, store);
  await second.reporter.flush();
  assert.deepEqual(second.sent.map(({ number, stretches }) => [number, stretches]), [[1, [[0, 30]]], [2, [[6, 30]]]]);
  assert.deepEqual(await store.all(), []);
});

test("nobody sends while another does", async () => {
  const order: string[] = [];
  let free = (): void => undefined;
  const other = new Promise<void>((resolve) => (free = resolve));
  const reporter = new Reporter(
    {
      lesson: 7,
      store: new MemoryStore(),
      alone: (work) => other.then(work),
      send: async (reports) => {
        order.push("sent");
        return reports.map(({ number }) => ({ ...RECEIPT, receipt: { ...RECEIPT.receipt, number, accepted: [[0, 15]] } }));
      },
      onReceipt: () => undefined,
      onState: () => undefined,
      later: () => undefined,
      now: () => 1,
    },
    "s1",
  );
  const sending = reporter.report([[0, 15]]);
  await new Promise((resolve) => setTimeout(resolve));
  order.push("free");
  free();
  await sending;
  assert.deepEqual(order, ["free", "sent"]);
});

test("reports of a package follow the number of their block and say so", async () => {
  const { sent, reporter } = reporterWith([]);
  reporter.startSession("p1", 300_000);
  await reporter.report([[0, 15]]);
  assert.deepEqual(sent.map(({ session, number }) => [session, number]), [["p1", 300_001]]);
});

test("what is left of a page that is gone keeps to the block of its page", async () => {
  const store = new MemoryStore();
  const clock = { now: 1_000_000 };
  const base = { session: "p1", isPackage: true, lesson: 7, at: 1 };
  await store.put({ ...base, number: 100_001, stretches: [[0, 30]] });
  await store.put({ ...base, number: 200_001, stretches: [[40, 50]], at: 2 });
  const judged = { kind: "receipt" as const, receipt: { ...RECEIPT.receipt, number: 100_001, accepted: [[0, 15]] as [number, number][] } };
  const { sent, reporter } = reporterWith([judged], clock, store);
  await reporter.flush();
  assert.deepEqual(sent.map(({ number }) => number), [100_001, 200_001, 100_002]);
});
