import assert from "node:assert/strict";
import test from "node:test";
import { isTooSlow } from "../player/thrift.ts";

test("a segment that comes in half again its own time carries the picture, a slower one does not", () => {
  assert.equal(isTooSlow(900, 2), false);
  assert.equal(isTooSlow(3000, 2), false);
  assert.equal(isTooSlow(3001, 2), true);
  assert.equal(isTooSlow(5000, 4), false);
});
