import assert from "node:assert/strict";
import test from "node:test";

import { barColumns, withGaps } from "../../../dashboard/frontend/gaps.js";

test("gaps: a hole follows each point whose successor is too far away", () => {
  const points = [[0, 5], [60, 6], [240, 7], [300, 8]];
  const hole = ([at]) => [at + 60, null];
  assert.deepEqual(withGaps(points, 60, hole), [[0, 5], [60, 6], [120, null], [240, 7], [300, 8]]);
  assert.deepEqual(withGaps([], 60, hole), []);
});

test("gaps: bars that are all far apart get an empty minute, from which their width is known", () => {
  const minute = (at) => ({ minute: new Date(at * 60_000).toISOString(), bought: 3, sold: 2 });
  assert.deepEqual(barColumns([minute(9)]), [[480, 540], [null, 3], [null, -2]]);
  assert.deepEqual(barColumns([minute(2), minute(9)]), [[120, 480, 540], [3, null, 3], [-2, null, -2]]);
  assert.deepEqual(barColumns([minute(8), minute(9)]), [[480, 540], [3, 3], [-2, -2]]);
  assert.deepEqual(barColumns([]), [[], [], []]);
});
