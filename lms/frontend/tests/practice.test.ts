import assert from "node:assert/strict";
import test from "node:test";
import { passed } from "../player/practice.ts";

const at = (second: number, answered = false) => ({ id: second, at: second, text: "", answered, choices: [], sounds: [] });

test("a question is asked once playing passes its second", () => {
  const questions = [at(0), at(10), at(20, true)];
  assert.equal(passed(questions, 0, 0.2)?.at, 0);
  assert.equal(passed(questions, 9.8, 10.1)?.at, 10);
  assert.equal(passed(questions, 9.8, 10), undefined);
  assert.equal(passed(questions, 10, 10.2)?.at, 10);
  assert.equal(passed(questions, 19.9, 20.1), undefined);
});

test("jumping over it or going back asks nothing", () => {
  assert.equal(passed([at(10)], 2, 60), undefined);
  assert.equal(passed([at(10)], 60, 2), undefined);
});
