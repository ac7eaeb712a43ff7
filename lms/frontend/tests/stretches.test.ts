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

import { counts, StretchCollector, unite, without } from "../player/stretches.ts";
});
