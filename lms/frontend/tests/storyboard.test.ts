import assert from "node:assert/strict";
import test from "node:test";

import { readMap } from "../player/storyboard.ts";

test("a map names the sheet, place and time of each thumbnail", () => {
  const text =
    "WEBVTT\n\n00:00:00.000 --> 00:00:10.000\nstoryboard-000.jpg#xywh=0,0,160,90\n\n" +
    "01:00:10.000 --> 01:00:13.056\nstoryboard-014.jpg#xywh=320,90,160,90\n";

  assert.deepEqual(readMap(text), [
    { start: 0, end: 10, sheet: "storyboard-000.jpg", x: 0, y: 0, width: 160, height: 90 },
    { start: 3610, end: 3613.056, sheet: "storyboard-014.jpg", x: 320, y: 90, width: 160, height: 90 },
  ]);
});

test("what is no map has no thumbnails", () => {
  assert.deepEqual(readMap("This address is no longer valid."), []);
});
