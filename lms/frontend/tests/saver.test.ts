import assert from "node:assert/strict";
import test from "node:test";
import * as edits from "../captions/edits.ts";
import { type Answer, type Batch, type Conflict, type Kept, Saver, type State, type Told } from "../captions/saver.ts";
import { type Line, Track } from "../captions/track.ts";

function line(key: string, start: number, text: string, more: Partial<Line> = {}): Line {
  return { key, start, end: start + 1000, text, settled: false, flags: [], confidence: null, heard: null, ...more };
}

function told(revision: number, lines: Line[] = [], more: Partial<Told> = {}): Told {
  return { revision, saved_at: null, lines, others: [], ...more };
}

class Desk {
  readonly track = new Track();
  readonly sent: Batch[] = [];
  readonly states: State[] = [];
  readonly later: (() => void)[] = [];
  answers: (Answer | Error)[] = [];
  conflicts: readonly Conflict[] = [];
  readonly saver: Saver;

  constructor(public kept: Kept | null = null, lines: Line[] = [line("a", 0, "甲"), line("b", 2000, "乙")], revision = 1) {
    this.saver = new Saver({
      track: this.track,
      store: { read: () => this.kept, write: (kept) => ((this.kept = kept && (JSON.parse(JSON.stringify(kept)) as Kept)), true) },
      send: async (batch) => {
        this.sent.push(batch);
        const answer = this.answers.shift() ?? { status: 200, told: told(batch.revision + 1) };
        if (answer instanceof Error) {
          throw answer;
        }
        return answer;
      },
      look: async (since) => ({ status: 200, told: told(since) }),
      later: (callback) => this.later.push(callback),
      onState: (state) => this.states.push(state),
      onConflicts: (conflicts) => (this.conflicts = conflicts),
      onOthers: () => undefined,
    });
    this.saver.start(told(revision, lines));
  }

  type(key: string, text: string): void {
    this.track.change(edits.retext(this.track, key, text), `type ${key}`);
  }
}

test("only the changed line is sent, and nothing is kept once it arrived", async () => {
  const desk = new Desk();
  desk.type("b", "乙乙");
  assert.deepEqual(desk.kept?.dirty.map(([key, kept]) => [key, kept?.text]), [["b", "乙乙"]]);

  assert.equal(await desk.saver.flush(), true);

  assert.deepEqual(desk.sent, [{ revision: 1, lines: [{ key: "b", start: 2000, end: 3000, text: "乙乙", settled: false }], deleted: [] }]);
  assert.deepEqual([desk.saver.revision, desk.kept, desk.states[desk.states.length - 1]], [2, null, "saved"]);
});

test("new and deleted lines are told apart from lines that never reached the server", async () => {
  const desk = new Desk();
  const { changes, made } = edits.add(desk.track, "b", 0);
  desk.track.change(changes, "add");
  desk.track.change(edits.remove(desk.track, "a"), "remove");
  assert.equal(await desk.saver.flush(), false);
  assert.deepEqual(desk.sent[0]?.deleted, ["a"]);
  assert.deepEqual(desk.sent[0]?.lines, []);
  assert.equal(desk.states[desk.states.length - 1], "incomplete");

  desk.type(made, "丙");
  await desk.saver.flush();
  assert.deepEqual(desk.sent[1]?.lines[0], { key: made, start: 3000, end: 5000, text: "丙", settled: false, new: true });
  desk.track.change(edits.remove(desk.track, made), "remove");
  await desk.saver.flush();
  assert.deepEqual(desk.sent[2]?.deleted, [made]);
});

test("without a network everything is kept and sent again as it was, then what came after", async () => {
  const desk = new Desk();
  desk.answers = [new TypeError("no network")];
  desk.type("a", "一");
  assert.equal(await desk.saver.flush(), false);
  desk.type("a", "一二");
  assert.equal(desk.kept?.batch?.lines[0]?.text, "一");
  assert.equal(desk.states.includes("offline"), true);

  assert.equal(await desk.saver.flush(), true);
  assert.deepEqual(desk.sent.map(({ lines }) => lines[0]?.text), ["一", "一", "一二"]);
  assert.equal(desk.kept, null);
});

test("a window closed without a network goes on in the next one", async () => {
  const first = new Desk();
  first.answers = [new TypeError("no network")];
  first.type("a", "一");
  await first.saver.flush();
  first.type("b", "二");

  const second = new Desk(first.kept);
  assert.deepEqual(second.track.lines.map(({ text }) => text), ["一", "二"]);
  await second.saver.flush();

  assert.deepEqual(second.sent.map(({ lines }) => lines.map(({ text }) => text)), [["一"], ["二"]]);
  assert.equal(second.kept, null);
});

test("what others changed comes in beside one's own", async () => {
  const desk = new Desk();
  desk.type("a", "一");
  desk.answers = [{ status: 200, told: told(3, [line("c", 5000, "别人的"), line("a", 0, "一")], { keys: ["a", "c"] }) }];
  await desk.saver.flush();
  assert.deepEqual(desk.track.lines.map(({ text }) => text), ["一", "别人的"]);
});

test("one line by two people waits for a choice; the others are saved", async () => {
  const desk = new Desk();
  desk.type("a", "我的");
  desk.answers = [{ status: 409, told: told(3, [line("a", 0, "别人的")], { error: "lines", keys_at_odds: ["a"], keys: ["a", "b"], by: "李老师" }) }];
  assert.equal(await desk.saver.flush(), false);
  assert.deepEqual(desk.conflicts.map(({ mine, theirs }) => [mine?.text, theirs?.text]), [["我的", "别人的"]]);
  assert.equal(desk.track.get("a")?.text, "我的");
  desk.type("b", "乙乙");
  await desk.saver.flush();
  assert.deepEqual(desk.sent[1]?.lines.map(({ key }) => key), ["b"]);

  desk.saver.settle("a", "mine");
  await desk.saver.flush();
  assert.deepEqual([desk.sent[2]?.revision, desk.sent[2]?.lines[0]?.text, desk.saver.clean], [4, "我的", true]);
});

test("a choice that is open stays open in the next window", async () => {
  const first = new Desk();
  first.type("a", "我的");
  first.answers = [{ status: 409, told: told(3, [line("a", 0, "别人的")], { error: "lines", keys_at_odds: ["a"], keys: ["a", "b"] }) }];
  await first.saver.flush();

  const second = new Desk(first.kept, [line("a", 0, "别人的"), line("b", 2000, "乙")], 3);

  assert.deepEqual(second.conflicts.map(({ mine, theirs }) => [mine?.text, theirs?.text]), [["我的", "别人的"]]);
  assert.equal(await second.saver.flush(), false);
  assert.deepEqual(second.sent, []);
});

test("taking theirs needs no sending", async () => {
  const desk = new Desk();
  desk.type("a", "我的");
  desk.answers = [{ status: 409, told: told(3, [], { error: "lines", keys_at_odds: ["a"], keys: ["b"], by: null }) }];
  await desk.saver.flush();
  desk.saver.settle("a", "theirs");
  assert.deepEqual([desk.track.get("a"), await desk.saver.flush(), desk.sent.length], [null, true, 1]);
});

test("a closed draft takes nothing more, and its lines stay in the browser", async () => {
  const desk = new Desk();
  desk.answers = [{ status: 409, told: told(0, [], { error: "closed", by: "李老师" }) }];
  desk.type("a", "晚了");
  await desk.saver.flush();
  desk.type("b", "也晚了");
  assert.equal(await desk.saver.flush(), false);
  assert.deepEqual([desk.sent.length, desk.saver.state, desk.kept?.batch?.lines[0]?.text], [1, "closed", "晚了"]);
  assert.deepEqual(desk.kept?.dirty.map(([key]) => key), ["b"]);
});

test("signed out, it waits; refused, it says so and tries again after the next change", async () => {
  const desk = new Desk();
  desk.answers = [
    { status: 403, told: told(0, [], { page: "/staff/factor/" }) },
    { status: 422, told: told(0, [], { problems: { "0": "no" } }) },
  ];
  desk.type("a", "一");
  await desk.saver.flush();
  assert.equal(desk.saver.state, "signed-out");
  assert.equal(await desk.saver.flush(), false);
  assert.equal(desk.saver.state, "refused");
  desk.type("a", "二");
  assert.equal(await desk.saver.flush(), true);
});

test("a blank at the end stays under the fingers", async () => {
  const desk = new Desk();
  desk.type("a", "open ");
  desk.answers = [{ status: 200, told: told(2, [line("a", 0, "open")]) }];
  await desk.saver.flush();
  assert.equal(desk.track.get("a")?.text, "open ");
});
