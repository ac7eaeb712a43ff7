import assert from "node:assert/strict";
import test from "node:test";
import { MemoryStore, type Report } from "../player/outbox.ts";
import { type Answer, Reporter } from "../player/reporter.ts";

const RECEIPT: Answer = {
  kind: "receipt",
  receipt: { number: 1, accepted: [], refused: [], percent: 10, resume_point: 0, completed: false, credit: null },
};

function reporterWith(answers: Answer[]) {
  const store = new MemoryStore();
  const sent: Report[] = [];
  const states: string[] = [];
  const later: (() => void)[] = [];
  const reporter = new Reporter(
    {
      store,
      send: async (report) => {
        sent.push(report);
        return answers.shift() ?? RECEIPT;
      },
      onReceipt: () => undefined,
      onState: (state) => states.push(state),
      later: (callback) => later.push(callback),
      now: () => 1,
    },
    "s1",
  );
  return { store, sent, states, later, reporter };
}

test("a report is forgotten once answered", async () => {
  const { store, sent, reporter } = reporterWith([]);
  await reporter.report([[0, 15]]);
  assert.deepEqual(sent, [{ session: "s1", number: 1, stretches: [[0, 15]], at: 1 }]);
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
