import assert from "node:assert/strict";
import test from "node:test";
import { codeNow } from "../screening/chosen.ts";
import { handIn, type Kept, waits } from "../screening/kept.ts";
import { clock, codeAt, path, type Codes } from "../screening/squares.ts";

const made: Codes = { first: 3, since_doors_ms: 65_000, every_ms: 20_000, codes: [[2, "kA=="], [2, "YA=="]] };

test("a code is shown for its 20 seconds, then the next, then none", () => {
  assert.deepEqual(codeAt(made, 0), [2, "kA=="]);
  assert.deepEqual(codeAt(made, 14_999), [2, "kA=="]);
  assert.deepEqual(codeAt(made, 15_000), [2, "YA=="]);
  assert.equal(codeAt(made, 35_000), null);
});

test("the dark squares are drawn row by row, one stroke for each run", () => {
  assert.equal(path([2, "kA=="]), "M0 0h1v1h-1zM1 1h1v1h-1z");
  assert.equal(path([2, "8A=="]), "M0 0h2v1h-2zM0 1h2v1h-2z");
});

test("a clock says hours only where there are some", () => {
  assert.deepEqual([0, 67, 3723].map(clock), ["0:00", "1:07", "1:02:03"]);
});

const row: Kept = { code: "a", address: "/x/", seconds: 600, names: [["王大山", 0]], closed: true };

async function handed(status: number, body: unknown): Promise<[string, string[]]> {
  const removed: string[] = [];
  const table = { remove: async (key: IDBValidKey) => void removed.push(String(key)), all: async () => [], put: async () => undefined };
  const send = async () => {
    if (!status) {
      throw new TypeError("no network");
    }
    return new Response(JSON.stringify(body), { status });
  };
  return [(await handIn(table, row, send)).kind, removed];
}

test("what the server has, or will never take, is forgotten; everything else waits on the phone", async () => {
  assert.deepEqual(await handed(200, { seconds: 600, ticked: 1, unclear: [], refused: [] }), ["handed", ["a"]]);
  assert.deepEqual(await handed(409, { message: "too late" }), ["refused", ["a"]]);
  assert.deepEqual(await handed(403, {}), ["sign-in", []]);
  assert.deepEqual(await handed(404, {}), ["wait", []]);
  assert.deepEqual(await handed(500, {}), ["wait", []]);
  assert.deepEqual(await handed(0, {}), ["wait", []]);
});

test("names of a film that runs are handed in without seconds, and whoever was written down meanwhile waits", async () => {
  const now: Kept = { ...row, closed: false, named: true, names: [["王大山", 0], ["李四", 70]] };
  const [sent, put]: [unknown[], Kept[]] = [[], []];
  const table = { remove: async () => void put.push(row), all: async () => [now], put: async (each: Kept) => void put.push(each) };
  const send = async (_address: string, body: unknown) => {
    sent.push(body);
    return new Response(JSON.stringify({ seconds: 0, ticked: 1, unclear: [], refused: [] }));
  };

  await handIn(table, { ...now, names: [["王大山", 0]] }, send);

  assert.deepEqual(sent, [{ seconds: null, names: [["王大山", 0]] }]);
  assert.deepEqual(put, [{ ...now, names: [["李四", 70]] }]);
  assert.deepEqual([now, { ...now, names: [] }, { ...now, named: false }].map(waits), [true, false, false]);
});

test("a phone counts its codes from its own doors, or from when the server said so", () => {
  const codes: Codes = { ...made, first: 0, since_doors_ms: 0 };
  assert.deepEqual(codeNow({ codes, at: 1_000 }, 90_000, 65_000), [2, "YA=="]);
  assert.equal(codeNow({ codes, at: 1_000 }, 90_000, 40_000), null);
  assert.deepEqual(codeNow({ codes: made, at: 1_000 }, 16_500), [2, "YA=="]);
  assert.equal(codeNow({ codes: null, at: 1_000 }, 16_500), null);
});
