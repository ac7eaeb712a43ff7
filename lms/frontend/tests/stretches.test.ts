import assert from "node:assert/strict";
import test from "node:test";
import { counts, StretchCollector, unite, without } from "../player/stretches.ts";

/** Play from `from` to `to`, sampled four times a second as browsers do. */
function play(collector: StretchCollector, from: number, to: number, rate = 1): void {
  for (let at = from; at <= to + 1e-9; at += 0.25 * rate) {
    collector.sample(at, ((at - from) / rate) * 1000, rate);
  }
  collector.stop();
}

test("playing on gives whole seconds", () => {
  const collector = new StretchCollector();
  play(collector, 0, 15);
  assert.deepEqual(collector.take(), [[0, 15]]);
  assert.deepEqual(collector.take(), []);
});

test("pausing within a second loses nothing", () => {
  const collector = new StretchCollector();
  play(collector, 0, 3.5);
  assert.deepEqual(collector.take(), [[0, 3]]);
  play(collector, 3.5, 6);
  assert.deepEqual(collector.take(), [[3, 6]]);
});

test("a jump is not playing, forwards or back", () => {
  const collector = new StretchCollector();
  play(collector, 0, 5);
  collector.sample(5, 10_000, 1);
  collector.sample(300, 10_250, 1);
  collector.sample(300.25, 10_500, 1);
  collector.sample(20, 10_750, 1);
  collector.stop();
  assert.deepEqual(collector.take(), [[0, 5]]);
});

test("a seek while playing makes two stretches", () => {
  const collector = new StretchCollector();
  play(collector, 0, 4);
  play(collector, 60, 64);
  assert.deepEqual(collector.take(), [
    [0, 4],
    [60, 64],
  ]);
});

test("double speed counts lesson time", () => {
  const collector = new StretchCollector();
  play(collector, 0, 20, 2);
  assert.deepEqual(collector.take(), [[0, 20]]);
});

test("a throttled tab that samples rarely still counts", () => {
  const collector = new StretchCollector();
  collector.sample(10, 0, 1);
  collector.sample(20, 10_000, 1);
  collector.stop();
  assert.deepEqual(collector.take(), [[10, 20]]);
});

test("the broken last second counts when the end is reached", () => {
  const collector = new StretchCollector();
  play(collector, 55, 61.5);
  collector.finish(61.6);
  assert.deepEqual(collector.take(), [[55, 62]]);
});

test("stretches unite", () => {
  assert.deepEqual(
    unite([
      [5, 8],
      [0, 3],
      [3, 6],
    ]),
    [[0, 8]],
  );
});

test("what is known is taken away", () => {
  assert.deepEqual(without([[0, 10], [20, 30]], [[2, 4], [8, 22]]), [[0, 2], [4, 8], [22, 30]]);
  assert.deepEqual(without([[0, 10]], []), [[0, 10]]);
  assert.deepEqual(without([[3, 5]], [[0, 9]]), []);
});

test("looking at what was played takes nothing away", () => {
  const collector = new StretchCollector();
  play(collector, 0, 4);
  assert.deepEqual(collector.peek(), [[0, 4]]);
  assert.deepEqual(collector.take(), [[0, 4]]);
  assert.deepEqual(collector.peek(), []);
});

test("a hidden page counts as its lesson says", () => {
  const table: [setting: string, hidden: boolean, listening: boolean, counted: boolean][] = [
    ["listening", true, false, false],
    ["listening", true, true, true],
    ["never", true, false, false],
    ["never", true, true, false],
    ["picture", true, false, true],
    ["picture", true, true, true],
    ["", true, true, false],
    ["listening", false, false, true],
    ["never", false, false, true],
    ["never", false, true, true],
  ];
  assert.deepEqual(
    table.map(([setting, hidden, listening]) => counts(setting, hidden, listening)),
    table.map(([, , , counted]) => counted),
  );
});

test("what played while the page was hidden is not collected, what was seen before and after it is", () => {
  const collector = new StretchCollector();
  for (let position = 0; position <= 30; position += 0.25) {
    const hidden = position > 10 && position < 20;
    if (counts("listening", hidden, false)) {
      collector.sample(position, position * 1000, 1);
    } else {
      collector.stop();
    }
  }
  collector.stop();
  assert.deepEqual(collector.take(), [
    [0, 10],
    [20, 30],
  ]);
});

test("a busy phone that looks late after a pause loses nothing, and a jump while paused gains nothing", () => {
  const collector = new StretchCollector();
  collector.sample(0, 0, 1);
  collector.sample(1.3, 1300, 1);
  collector.stop(1.3);
  collector.sample(1.9, 60_000, 1);
  collector.sample(3, 61_100, 1);
  assert.deepEqual(collector.take(), [[0, 3]]);

  collector.stop(3);
  collector.stop(); // a seek
  collector.sample(3.8, 70_000, 1);
  collector.sample(5, 71_200, 1);
  collector.stop(5);
  collector.sample(20, 90_000, 1);
  assert.deepEqual(collector.take(), [[4, 5]]);
});

test("a player that settles a few pictures further on when it pauses loses no second", () => {
  const collector = new StretchCollector();
  collector.sample(0, 0, 1);
  collector.sample(1.27, 1270, 1);
  collector.stop(1.27);
  assert.deepEqual(collector.take(), [[0, 1]]);
  collector.sample(1.35, 9000, 1);
  collector.sample(3, 10_650, 1);
  assert.deepEqual(collector.take(), [[1, 3]]);
});

test("a leap while it is paused is not joined", () => {
  const collector = new StretchCollector();
  collector.sample(0, 0, 1);
  collector.sample(1.4, 1400, 1);
  collector.stop();
  collector.sample(1.8, 9000, 1);
  collector.sample(3, 10_200, 1);
  assert.deepEqual(collector.take(), [[0, 1], [2, 3]]);
});
