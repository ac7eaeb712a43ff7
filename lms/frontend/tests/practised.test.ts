import assert from "node:assert/strict";
import test from "node:test";
import { forgetPractised, handInPractised, keptHere, note } from "../kept/practised.ts";

const items = new Map<string, string>();
Object.assign(globalThis, {
  localStorage: {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  },
});

const HERS = { lesson: 7, package: "hers" };
const FILE = {
  questions: [{ id: 3, at: 2, text: "?", answered: false, choices: [{ id: "a", text: "A" }, { id: "b", text: "B" }], sounds: [], right: "b", explanation: "because" }],
  words: { right: "yes", wrong: "no" },
};
const withFile = (): void => void Object.assign(globalThis, { fetch: async () => new Response(JSON.stringify(FILE)) });

interface Sent {
  code: string;
  answers: { question: number; choice: string }[];
}

function server(status = 200) {
  const sent: Sent[] = [];
  return { sent, send: async (code: string, answers: Sent["answers"]) => (sent.push({ code, answers }), new Response("{}", { status })) };
}

test("an answer is marked by what lies on the phone, and the first one is handed in once", async () => {
  items.clear();
  withFile();
  const asking = keptHere("/practice.json", HERS);
  assert.equal((await asking.questions())?.questions[0]?.answered, false);
  assert.deepEqual(await asking.mark(3, "a"), { ok: true, right: false, text: "no", explanation: "because" });
  assert.deepEqual(await asking.mark(3, "b"), { ok: true, right: true, text: "yes", explanation: "because" });
  const { sent, send } = server();
  await handInPractised(send);
  await handInPractised(send);
  assert.deepEqual(sent, [{ code: "hers", answers: [{ question: 3, choice: "a" }] }]);
});

test("what was answered is not asked again of her, but of somebody else who keeps the lesson", async () => {
  items.clear();
  withFile();
  note(HERS, 3, "a");
  assert.equal((await keptHere("/practice.json", HERS).questions())?.questions[0]?.answered, true);
  assert.equal((await keptHere("/practice.json", { lesson: 7, package: "his" }).questions())?.questions[0]?.answered, false);
});

test("signed out everything waits; what is somebody else's waits for her", async () => {
  items.clear();
  note(HERS, 3, "a");
  note({ lesson: 8, package: "his" }, 4, "b");
  const out = server(401);
  await handInPractised(out.send);
  assert.equal(out.sent.length, 1);
  const others = server(404);
  await handInPractised(others.send);
  assert.equal(others.sent.length, 2);
  const { sent, send } = server();
  await handInPractised(send);
  assert.deepEqual(sent.map(({ code }) => code), ["hers", "his"]);
});

test("a lesson taken off the phone leaves only what was not handed in", async () => {
  items.clear();
  note(HERS, 3, "a");
  forgetPractised(7);
  const { sent, send } = server();
  await handInPractised(send);
  assert.equal(sent.length, 1);
  forgetPractised(7);
  assert.equal(items.size, 0);
});
