import assert from "node:assert/strict";
import test from "node:test";
import * as edits from "../captions/edits.ts";
import { actOf } from "../captions/keys.ts";
import { degreeOf, limitsOf, perSecond, warningsOf, width } from "../captions/measure.ts";
import { Tapper } from "../captions/tap.ts";
import { readTime, writeTime } from "../captions/times.ts";
import { type Change, isDoubtful, type Line, Track } from "../captions/track.ts";

function line(key: string, start: number, text: string, more: Partial<Line> = {}): Line {
  return { key, start, end: start + 1000, text, settled: false, flags: [], confidence: null, heard: null, ...more };
}

function trackOf(...lines: Line[]): Track {
  const track = new Track(() => clock.now);
  track.absorb(lines);
  return track;
}

const clock = { now: 0 };
const texts = (track: Track): string[] => track.lines.map(({ text }) => text);
const type = (track: Track, key: string, text: string): void => track.change(edits.retext(track, key, text), `type ${key}`);

test("times are read as people type them", () => {
  assert.deepEqual(["01:02.500", "1：02，5", "62.5", "1:00:00"].map(readTime), [62_500, 62_500, 62_500, 3_600_000]);
  assert.deepEqual(["", "x", "1:2:3:4", "-1"].map(readTime), [NaN, NaN, NaN, NaN]);
  assert.deepEqual([0, 62_500, 3_600_001].map(writeTime), ["00:00.000", "01:02.500", "01:00:00.001"]);
});

test("typing on is one step, a pause or another line begins the next", () => {
  const track = trackOf(line("a", 0, "甲"), line("b", 2000, "乙"));
  clock.now = 1000;
  type(track, "a", "甲1");
  clock.now = 1500;
  type(track, "a", "甲12");
  clock.now = 9000;
  type(track, "a", "甲123");
  type(track, "b", "乙1");

  assert.deepEqual([track.undo(), texts(track)], ["b", ["甲123", "乙"]]);
  track.undo();
  assert.deepEqual(texts(track), ["甲12", "乙"]);
  track.undo();
  assert.deepEqual([texts(track), track.canUndo], [["甲", "乙"], false]);
  track.redo();
  assert.deepEqual(texts(track), ["甲12", "乙"]);
  type(track, "b", "新");
  assert.equal(track.canRedo, false);
});

test("every operation can be undone to the very lines that were", () => {
  const track = trackOf(line("a", 0, "今天说打包四步。"), line("b", 1000, "第一步", { flags: ["silence"] }), line("c", 2000, "挑"));
  const before = JSON.stringify(track.lines);
  const steps: [string, () => Change[]][] = [
    ["split", () => edits.split(track, "a", 4)?.changes ?? []],
    ["merge", () => edits.merge(track, "b")],
    ["shift", () => edits.shift(track, "a", "all", 500)],
    ["replace", () => edits.replace(track, "步", "部")],
    ["settle", () => edits.settle(track, "b", true)],
    ["add", () => edits.add(track, "a", 0).changes],
    ["remove", () => edits.remove(track, "a")],
    ["retime", () => edits.retime(track, "a", { start: 300 })],
  ];
  for (const [name, make] of steps) {
    track.change(make(), name);
  }
  const after = JSON.stringify(track.lines);
  steps.forEach(() => track.undo());
  assert.equal(JSON.stringify(track.lines), before);
  steps.forEach(() => track.redo());
  assert.equal(JSON.stringify(track.lines), after);
});

test("splitting shares words, time and doubts", () => {
  const track = trackOf(line("a", 0, "一二三四", { flags: ["invention"], confidence: 0.4 }));
  const done = edits.split(track, "a", 1);
  track.change(done?.changes ?? [], "split");

  assert.deepEqual(track.lines.map(({ start, end, text }) => [start, end, text]), [[0, 250, "一"], [250, 1000, "二三四"]]);
  assert.deepEqual(track.lines.map(isDoubtful), [true, true]);
  assert.equal(edits.split(trackOf(line("a", 0, "一")), "a", 0), null);
});

test("joining unites words, time and doubts; blanks only between Latin words", () => {
  const track = trackOf(line("a", 0, "open the"), line("b", 1000, "app", { flags: ["silence"], settled: true }), line("c", 2000, "四步", { flags: ["loop"] }));
  track.change(edits.merge(track, "a"), "merge");
  assert.deepEqual([track.lines[0]?.text, track.lines[0]?.end, isDoubtful(track.lines[0] as Line)], ["open the app", 2000, false]);
  track.change(edits.merge(track, "a"), "merge");
  assert.deepEqual([track.lines[0]?.text, track.lines[0]?.flags, isDoubtful(track.lines[0] as Line)], ["open the app四步", ["silence", "loop"], true]);
  assert.deepEqual(edits.merge(track, "a"), []);
});

test("shifting never goes before the beginning", () => {
  const track = trackOf(line("a", 300, "甲"), line("b", 2000, "乙"), line("c", 4000, "丙"));
  track.change(edits.shift(track, "b", "rest", 250), "shift");
  assert.deepEqual(track.lines.map(({ start }) => start), [300, 2250, 4250]);
  track.change(edits.shift(track, null, "all", -5000), "shift");
  assert.deepEqual(track.lines.map(({ start }) => start), [0, 1950, 3950]);
  assert.deepEqual(edits.shift(track, "a", "line", -1), []);
});

test("search counts and replaces words as they stand, not as patterns", () => {
  const track = trackOf(line("a", 0, "A.B a.b axb"), line("b", 1000, "无"));
  assert.deepEqual(edits.find(track, "a.b"), { times: 2, keys: ["a"] });
  assert.deepEqual(edits.find(track, ""), { times: 0, keys: [] });
  track.change(edits.replace(track, "a.b", "$&"), "replace");
  assert.deepEqual(texts(track), ["$& $& axb", "无"]);
});

test("what the machine thought goes with its words and comes back with them", () => {
  const track = trackOf(line("a", 0, "谢谢观看", { flags: ["invention"], confidence: 0.3 }));
  type(track, "a", "谢谢");
  assert.deepEqual([track.get("a")?.flags, track.get("a")?.heard], [[], "谢谢观看"]);
  type(track, "a", "谢谢观看");
  assert.deepEqual([track.get("a")?.flags, track.get("a")?.confidence, track.get("a")?.heard], [["invention"], 0.3, null]);
});

test("widths, rates and what an editor would mend", () => {
  assert.deepEqual(["汉字，", "ab", "ｶ𠮷"].map(width), [3, 1, 1.5]);
  const limits = limitsOf("zh-u-sd-cnsc");
  const fast = line("a", 0, "一二三四五六七八九十");
  assert.equal(perSecond(fast), 10);
  assert.deepEqual(warningsOf(fast, line("z", -500, "上"), limits, 60_000), ["overlap", "fast"]);
  assert.deepEqual(warningsOf(line("a", 0, "好", { end: 8000 }), undefined, limits, 5000), ["beyond", "long"]);
  assert.deepEqual(warningsOf(line("a", 0, " ", { end: 500 }), undefined, limits, 0), ["empty", "short"]);
  assert.deepEqual(limitsOf("en"), { perLine: 21, lines: 2, perSecond: 10, shortestMs: 800, longestMs: 7000 });
  assert.deepEqual([null, 0.9, 0.7, 0.5, 0.1].map(degreeOf), [0, 0, 1, 2, 3]);
});

test("holding times a line, a tap begins it, and the rest makes room", () => {
  const track = trackOf(line("a", 0, "甲"), line("b", 1000, "乙"), line("c", 2000, "丙"));
  const tapper = new Tapper(track);
  tapper.begin("a");
  tapper.down(500);
  tapper.up(1700); // held
  tapper.down(3000);
  tapper.up(3100); // a tap: the next one ends it
  assert.equal(tapper.upcoming, "c");
  tapper.down(4200);
  tapper.up(5000);

  assert.deepEqual(track.lines.map(({ key, start, end }) => [key, start, end]), [["a", 500, 1700], ["b", 3000, 4200], ["c", 4200, 5000]]);
  assert.equal(tapper.upcoming, null);
  track.undo();
  assert.deepEqual(track.lines.map(({ start }) => start), [0, 1000, 2000]);
  assert.equal(track.canUndo, false);
});

test("while a word is composed, no key is ours", () => {
  const press = (more: object): KeyboardEvent => ({ isComposing: false, keyCode: 0, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, code: "", key: "", ...more }) as KeyboardEvent;
  assert.equal(actOf(press({ altKey: true, code: "Enter" })), "split");
  assert.equal(actOf(press({ altKey: true, code: "Enter", isComposing: true })), null);
  assert.equal(actOf(press({ key: "Escape", keyCode: 229 })), null);
  assert.equal(actOf(press({ ctrlKey: true, shiftKey: true, code: "KeyZ" })), "redo");
  assert.equal(actOf(press({ ctrlKey: true, altKey: true, code: "KeyN" })), null);
  assert.equal(actOf(press({ code: "Enter", key: "Enter" })), null);
});

test("two thousand lines are put in order in a moment", () => {
  const track = trackOf(...Array.from({ length: 2000 }, (_none, at) => line(`k${at}`, at * 1000, `第${at}行`)));
  track.change(edits.shift(track, null, "all", 100), "shift");
  assert.deepEqual([track.lines.length, track.placeAt(1_000_100), track.shownAt(1_000_100)?.key], [2000, 1000, "k1000"]);
});
