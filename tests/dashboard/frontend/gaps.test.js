import assert from "node:assert/strict";
import test from "node:test";

import { withGaps } from "../../../dashboard/frontend/gaps.js";

test("gaps: a hole follows each point whose successor is too far away", () => {
  const points = [[0, 5], [60, 6], [240, 7], [300, 8]];
  const hole = ([at]) => [at + 60, null];
  assert.deepEqual(withGaps(points, 60, hole), [[0, 5], [60, 6], [120, null], [240, 7], [300, 8]]);
  assert.deepEqual(withGaps([], 60, hole), []);
});
