import assert from "node:assert/strict";
import test from "node:test";
import { MemoryStore, type Report } from "../player/outbox.ts";
import { send, together } from "../player/sending.ts";
import { handIn } from "../worker/handin.ts";

const report = (number: number, more: Partial<Report> = {}): Report => ({
  session: "s".repeat(22),
  number,
  lesson: 7,
  stretches: [[number * 15, number * 15 + 15]],
  at: number,
  ...more,
});
const receiptOf = ({ session, number, stretches }: Report) => ({
  session, number, accepted: stretches, refused: [], percent: 1, resume_point: 0, completed: false, credit: null,
});

interface Asked {
  headers: Record<string, string>;
  body: { reports?: unknown[]; number?: number };
}

/** Answer fetches with these, one after the other; what was asked is returned. */
function answering(...answers: [status: number, body: unknown, headers?: Record<string, string>][]): Asked[] {
  const asked: Asked[] = [];
  globalThis.fetch = async (_address, options) => {
    asked.push({ headers: options?.headers as Record<string, string>, body: JSON.parse(String(options?.body)) });
    const [status, body, headers] = answers.shift() ?? [500, ""];
    return new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers: headers ?? {} });
  };
  return asked;
}

test("one body holds reports of one session, at most 32, at most 4,096 bytes", () => {
  const many = Array.from({ length: 50 }, (_each, number) => report(number + 1));
  assert.equal(together(many).length, 32);
  assert.equal(together(many, 1).length, 1);
  assert.equal(together([report(1), report(2, { session: "other" }), report(3)]).length, 1);
  assert.equal(together([]).length, 0);
  const broken = Array.from({ length: 64 }, (_each, place): [number, number] => [place * 100, place * 100 + 50]);
  const long = together(many.map((each) => ({ ...each, stretches: broken })));
  assert.equal(long.length > 1 && long.length < 32, true);
});

test("one report is sent as ever, several as a batch; a token is shown, and nothing that only the phone needs", async () => {
  const [one, two] = [report(1, { token: "t", open: true }), report(2)];
  const asked = answering([200, receiptOf(one), { "X-Play-Token": "new" }], [200, { receipts: [receiptOf(one), receiptOf(two)] }]);
  assert.deepEqual(await send("/r", [one], "t"), { answers: [{ kind: "receipt", receipt: receiptOf(one) }], token: "new" });
  assert.deepEqual((await send("/r", [one, two])).answers.map(({ kind }) => kind), ["receipt", "receipt"]);
  const told = ({ session, number, stretches }: Report) => ({ session, number, stretches });
  assert.deepEqual(asked.map(({ body }) => body), [told(one), { reports: [told(one), told(two)] }]);
  assert.deepEqual(asked.map(({ headers }) => headers["X-Play-Token"]), ["t", undefined]);
});

for (const [name, status, body, kind] of [
  ["a sign-in that ended", 401, { error: "sign_in" }, "signed-out"],
  ["an account that became one with another", 401, { error: "merged", message: "Sign in with 138…" }, "signed-out"],
  ["somebody else's", 404, { error: "unknown_session" }, "foreign"],
  ["beyond the lesson", 422, { error: "beyond_lesson" }, "refused"],
  ["malformed", 400, { error: "malformed" }, "refused"],
  ["the word of a gateway", 400, { message: "pay first" }, "retry"],
  ["another code", 400, { error: "of_tomorrow" }, "retry"],
  ["too often", 429, "", "retry"],
  ["away", 502, "<html>", "retry"],
  ["no receipt", 200, {}, "retry"],
] as const) {
  test(`one report answered: ${name}`, async () => {
    answering([status, body]);
    assert.deepEqual((await send("/r", [report(1)])).answers.map((answer) => answer.kind), [kind]);
  });
}

test("a page that stands between us and the network answers nothing", async () => {
  answering([200, "<html>sign in to the hotel</html>"], [404, "<html>"]);
  await assert.rejects(send("/r", [report(1)]));
  await assert.rejects(send("/r", [report(1)]));
});

test("each report of a batch has its own answer, and a batch that is refused as a whole says nothing of any", async () => {
  const reports = [1, 2, 3, 4].map((number) => report(number));
  const first = receiptOf(report(1));
  const errors = [{ error: "beyond_lesson" }, { error: "too_often", retry_after: 6 }, { error: "unknown_session" }];
  answering([200, { receipts: [first, ...errors] }], [400, { error: "too_many" }], [200, { receipts: [first] }], [200, { receipts: [{ ...first, number: 9 }] }]);
  assert.deepEqual((await send("/r", reports)).answers, [
    { kind: "receipt", receipt: first }, { kind: "refused" }, { kind: "retry", after: 6 }, { kind: "foreign" },
  ]);
  assert.deepEqual((await send("/r", reports)).answers.map(({ kind }) => kind), ["apart", "apart", "apart", "apart"]);
  assert.deepEqual((await send("/r", reports)).answers.map(({ kind }) => kind), ["receipt", "retry", "retry", "retry"]);
  assert.equal((await send("/r", reports)).answers[0]?.kind, "retry");
});

const byItself = { alone: (work: () => Promise<void>) => work(), now: () => 1_000_000 };

test("the worker hands in what pages left, tells it, and needs no other try", async () => {
  const store = new MemoryStore();
  await store.put(report(1));
  await store.put(report(2, { at: 1_000, open: true }));
  const { receipts, again } = await handIn({ ...byItself, store, send: async (reports) => reports.map((each) => ({ kind: "receipt", receipt: receiptOf(each) })) });
  assert.deepEqual(receipts.map((each) => each.report.number), [1, 2]);
  assert.deepEqual(await store.all(), []);
  assert.equal(again, false);
});

test("the worker is woken again for what is lost and for what a page may still be writing, not for what is somebody else's", async () => {
  const store = new MemoryStore();
  await store.put(report(1));
  const lost = await handIn({ ...byItself, store, send: () => Promise.reject(new TypeError("no network")) });
  const foreign = await handIn({ ...byItself, store, send: async () => [{ kind: "foreign" }] });
  const signedOut = await handIn({ ...byItself, store, send: async () => [{ kind: "signed-out" }] });
  assert.deepEqual([lost, foreign, signedOut].map(({ again }) => again), [true, false, false]);
  assert.equal((await store.all()).length, 1);
  await store.remove(report(1));
  await store.put(report(2, { at: 999_999, open: true }));
  const open = await handIn({ ...byItself, store, send: () => Promise.reject(new Error("nothing is due")) });
  assert.deepEqual(open, { receipts: [], again: true });
});

test("a report of a package names it, and waits for whoever fetched it", async () => {
  const asked = answering([200, receiptOf(report(1))], [404, { error: "unknown_package" }]);
  await send("/learn/reports/", [report(1, { isPackage: true })]);
  assert.deepEqual(asked[0]?.body, { package: "s".repeat(22), number: 1, stretches: [[15, 30]] });
  assert.deepEqual((await send("/learn/reports/", [report(1, { isPackage: true })])).answers, [{ kind: "foreign" }]);
});

test("reports of sessions go before those of packages", async () => {
  const store = new MemoryStore();
  await store.put(report(1, { session: "p1", isPackage: true, at: 1 }));
  await store.put(report(1, { at: 2 }));
  assert.deepEqual((await store.all()).map(({ session }) => session), ["s".repeat(22), "p1"]);
});
