import assert from "node:assert/strict";
import test from "node:test";
import type { Kept, KeptStore } from "../answers/kept.ts";
import { handIn, read, type Said } from "../answers/sending.ts";

const TAKEN: Said = { kind: "taken", text: "收到了", address: "/r/", link: "看结果" };
const REFUSED: Said = { kind: "refused", text: "题改过了", close: "知道了" };

function phone(...sittings: string[]) {
  const rows = new Map<string, Kept>();
  for (const sitting of sittings) {
    rows.set(sitting, { sitting, address: `/a/${sitting}/`, shown: "s", fields: { q: ["x"] }, notedAt: 5 });
  }
  const store: KeptStore = {
    put: async (kept) => void rows.set(kept.sitting, kept),
    all: async () => [...rows.values()],
    remove: async (sitting) => void rows.delete(sitting),
  };
  const sent: Kept[] = [];
  const send = (answers: Record<string, Said[]>) => async (kept: Kept): Promise<Said> => {
    sent.push(kept);
    const said = answers[kept.sitting]?.shift();
    if (!said) {
      throw new TypeError("no network");
    }
    return said;
  };
  return { rows, store, sent, send };
}

test("what the server took is forgotten", async () => {
  const { rows, store, send } = phone("a");
  const told = await handIn(store, send({ a: [TAKEN] }), () => 9);
  assert.deepEqual(told.map(({ said }) => said), [TAKEN]);
  assert.equal(rows.size, 0);
});

test("without a network everything is kept and nothing more is tried", async () => {
  const { rows, store, sent, send } = phone("a", "b");
  await handIn(store, send({}), () => 9);
  assert.deepEqual([rows.size, sent.length], [2, 1]);
});

test("what somebody else answered on this phone waits for her; the rest goes", async () => {
  const { rows, store, send } = phone("hers", "his");
  await handIn(store, send({ hers: [{ kind: "foreign" }], his: [TAKEN] }), () => 9);
  assert.deepEqual([...rows.keys()], ["hers"]);
});

test("a sign-in that ended keeps everything", async () => {
  const { rows, store, send } = phone("a", "b");
  const signedOut: Said = { kind: "signed-out", text: "", address: "/in/", link: "" };
  const told = await handIn(store, send({ a: [signedOut] }), () => 9);
  assert.deepEqual([rows.size, told.length], [2, 1]);
});

test("a refusal is kept to be read, and not sent again", async () => {
  const { store, sent, send } = phone("a");
  await handIn(store, send({ a: [REFUSED] }), () => 9);
  const told = await handIn(store, send({}), () => 9);
  assert.equal(sent.length, 1);
  assert.deepEqual(told.map(({ said }) => said), [REFUSED]);
});

test("what came too late for a quiz with network is sent once more as answered without", async () => {
  const { rows, store, sent, send } = phone("a");
  rows.set("a", { sitting: "a", address: "/a/", shown: "s", fields: {} });
  await handIn(store, send({ a: [{ kind: "stale" }, TAKEN] }), () => 9);
  assert.deepEqual([sent.map(({ notedAt }) => notedAt), rows.size], [[undefined, 9], 0]);
});

test("answers of a server are read by their status", () => {
  assert.equal(read(200, { message: "m", address: "/r/", link: "l" }).kind, "taken");
  assert.equal(read(401, { message: "m" }).kind, "signed-out");
  assert.equal(read(404, { message: "m" }).kind, "foreign");
  assert.equal(read(422, { message: "m", error: "stale" }).kind, "stale");
  assert.equal(read(422, { message: "m", error: "replaced", close: "c" }).kind, "refused");
  for (const status of [403, 429, 500, 503]) {
    assert.equal(read(status, { message: "m" }).kind, "retry");
  }
  assert.equal(read(400, {}).kind, "retry"); // a page of some proxy, which does not speak for us
});
