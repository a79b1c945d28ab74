import assert from "node:assert/strict";
import test from "node:test";

import { arrange } from "../../../dashboard/frontend/order.js";

const rows = (...pairs) => pairs.map(([ticker, trades]) => ({ ticker, trades }));

test("places move when they may", () => {
  const placed = arrange(["A", "B"], rows(["B", 3], ["A", 2]), true);
  assert.deepEqual(placed, { rows: rows(["B", 3], ["A", 2]), moved: true });
});

test("until then the numbers change and the places stay", () => {
  const placed = arrange(["A", "B"], rows(["B", 3], ["A", 2]), false);
  assert.deepEqual(placed, { rows: rows(["A", 2], ["B", 3]), moved: false });
});

test("one that has dropped out stays as it was until places may move", () => {
  const placed = arrange(["A", "B"], rows(["B", 3], ["C", 3]), false);
  assert.deepEqual(placed.rows, rows(["A", null], ["B", 3]));
});

test("a longer list is shown at once", () => {
  assert.equal(arrange([], rows(["A", 1]), false).rows.length, 1);
});
