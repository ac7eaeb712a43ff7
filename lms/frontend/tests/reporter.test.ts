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
  const states: string[] = [];
  const later: (() => void)[] = [];
  const reporter = new Reporter(
    {
      lesson: 7,
      store,
      send: async (report) => {
        sent.push(report);
        const { number, stretches } = report;
        return answers.shift() ?? { ...RECEIPT, receipt: { ...RECEIPT.receipt, number, accepted: stretches } };
      },
      onReceipt: () => undefined,
      onState: (state) => states.push(state),
      later: (callback) => later.push(callback),
      now: () => clock.now,
    },
    "s1",
  );
  return { store, sent, states, later, reporter };
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
