import assert from "node:assert/strict";
import test from "node:test";
import { readTime, writeTime } from "../cutting.ts";
import { Pace, pieceSize, sizeText } from "../uploader/pace.ts";

test("speed is that of the last seconds", () => {
  const pace = new Pace();
  pace.add(0, 0);
  pace.add(50_000, 1000);
  assert.equal(pace.speed, null);
  for (let second = 2; second <= 20; second += 1) {
    pace.add(second < 10 ? second * 50_000 : 500_000 + (second - 10) * 10_000, second * 1000);
  }
  assert.equal(pace.speed, 10_000);
});

test("after a break the count begins anew", () => {
  const pace = new Pace();
  pace.add(0, 0);
  pace.add(300_000, 3000);
  pace.add(300_000, 60_000);
  assert.equal(pace.speed, null);
  pace.add(100_000, 63_000); // the server had less
  assert.equal(pace.speed, null);
});

test("pieces take some seconds and stay between their limits", () => {
  assert.equal(pieceSize(null), 256 << 10);
  assert.equal(pieceSize(1000), 256 << 10);
  assert.equal(pieceSize(100_000), 600_000);
  assert.equal(pieceSize(1e9), 8 << 20);
});

test("sizes are short", () => {
  assert.deepEqual([0, 1023, 25_000, 13_002_342, 5_000_000_000].map(sizeText), ["0 B", "1023 B", "24 KB", "12.4 MB", "4.7 GB"]);
});

test("times are read and written as people write them", () => {
  assert.deepEqual(["65", "1:05", "1：05.5", "1:02:05"].map(readTime), [65, 65, 65.5, 3725]);
  assert.deepEqual(["", "x", "1::2", "-1", "1e3"].map(readTime), [NaN, NaN, NaN, NaN, NaN]);
  assert.deepEqual([65, 65.5, 3725, 0, 59.96].map(writeTime), ["1:05", "1:05.5", "1:02:05", "0:00", "1:00"]);
});
