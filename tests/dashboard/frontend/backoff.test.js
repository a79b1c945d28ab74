import assert from "node:assert/strict";
import test from "node:test";

import { delay } from "../../../dashboard/frontend/backoff.js";

test("the wait doubles from one second to thirty", () => {
  const waits = [1, 2, 3, 4, 5, 6, 20].map((attempt) => delay(attempt, 1));
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
});

test("chance spreads the wait over its upper half, never below a second", () => {
  assert.deepEqual([delay(4, 0), delay(4, 0.5), delay(1, 0)], [4000, 6000, 1000]);
});
