import assert from "node:assert/strict";
import test from "node:test";

import { move, told } from "../../../dashboard/frontend/suggestions.js";

test("arrows go through the suggestions and back to the text", () => {
  const walk = (key, from, steps) => Array.from({ length: steps }, () => (from = move(key, from, 2)));
  assert.deepEqual(walk("ArrowDown", -1, 4), [0, 1, -1, 0]);
  assert.deepEqual(walk("ArrowUp", -1, 4), [1, 0, -1, 1]);
});

test("other keys, and an empty list, choose nothing", () => {
  assert.deepEqual([move("Enter", 0, 2), move("ArrowDown", -1, 0), move("a", 0, 2)], [null, null, null]);
});

test("a screen reader hears how many there are", () => {
  assert.deepEqual([told("", 0), told("a", 0), told("a", 1), told("a", 3)], ["", "Nothing that you may see has this name.", "1 suggestion", "3 suggestions"]);
});
