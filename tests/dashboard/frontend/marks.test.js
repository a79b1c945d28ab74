import assert from "node:assert/strict";
import test from "node:test";

import { reach, within } from "../../../dashboard/frontend/marks.js";

const MARKS = [
  { at: 1000, until: 5000, about: "london" },
  { at: 7000, about: "" },
  { at: 9000, about: "paris" },
];

test("marks within a time keep the numbers of the list", () => {
  assert.deepEqual(within(MARKS, 4, 8), [{ number: 1, from: 1, to: 5 }, { number: 2, from: 7, to: 7 }]);
});

test("a chart of one stream shows no marks of another", () => {
  const marks = [{ at: 1000, on: "orders" }, { at: 2000, on: "trades" }, { at: 3000, on: "" }];
  assert.deepEqual(within(marks, 0, 9, "", "orders").map(({ number }) => number), [1, 3]);
});

test("a chart of one thing shows no marks of another", () => {
  assert.deepEqual(within(MARKS, 0, 10, "paris").map(({ number }) => number), [2, 3]);
});

test("a replay shows no mark before it reaches it, and none beyond the moment", () => {
  assert.deepEqual(within(MARKS, 0, 10, "", "", 3000), [{ number: 1, from: 1, to: 3 }]);
  assert.deepEqual(within(MARKS, 0, 10, "", "", 7000).map(({ number }) => number), [1, 2]);
});

test("the list hides what a replay has not reached, says so, and shows all again", () => {
  const none = { hidden: true };
  const items = MARKS.map(({ at }) => ({ dataset: { at }, hidden: false }));
  globalThis.document = { querySelectorAll: () => items, querySelector: () => none };
  const seen = [500, 8000, null].map((moment) => (reach(moment), [...items.map(({ hidden }) => hidden), none.hidden]));
  assert.deepEqual(seen, [[true, true, true, false], [false, false, true, true], [false, false, false, true]]);
});
