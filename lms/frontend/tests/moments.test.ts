import assert from "node:assert/strict";
import test from "node:test";
import { askedFor, clock } from "../player/places.ts";
import { places } from "../player/transcriptsearch.ts";

test("an address names a second of the film, or none", () => {
  assert.equal(askedFor("#t=83", 600), 83);
  assert.equal(askedFor("#t=0", 600), 0);
  assert.equal(askedFor("#t=600", 600), null);
  assert.equal(askedFor("#t=83", 0), 83); // how long it is is not known
  for (const odd of ["", "#t=", "#t=-1", "#t=1e3", "#t=1.5", "#t=8 3", "#words", "#t=1234567"]) {
    assert.equal(askedFor(odd, 0), null);
  }
});

test("a moment is written as on a player", () => {
  assert.deepEqual([7, 83, 3723].map(clock), ["0:07", "1:23", "1:02:03"]);
});

test("a word is found wherever it stands, capitals or not", () => {
  assert.deepEqual(places("收款码和收款码", "收款码"), [[0, 3], [4, 7]]);
  assert.deepEqual(places("Open WeChat", " wechat "), [[5, 11]]);
  assert.deepEqual(places("收款码", ""), []);
  assert.deepEqual(places("İstanbul", "i"), []); // becomes longer in small letters: nothing is marked in the wrong place
});
