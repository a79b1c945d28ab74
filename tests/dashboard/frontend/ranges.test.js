import assert from "node:assert/strict";
import test from "node:test";

import { hour, ticks, timelineSpan } from "../../../dashboard/frontend/ranges.js";

const HOUR = 3_600_000;

test("the timeline is as long as the oldest alarm needs", () => {
  assert.deepEqual([[], [-HOUR], [-HOUR - 1], [-5 * HOUR]].map((starts) => timelineSpan(starts, 0) / HOUR), [1, 1, 3, 6]);
});

test("a time older than a week does not stretch it further", () => {
  assert.equal(timelineSpan([-999 * HOUR], 0), 168 * HOUR);
});

test("ticks are round and few", () => {
  assert.deepEqual(ticks(1, HOUR, 4), [900_000, 1_800_000, 2_700_000, 3_600_000]);
});

test("an hour of minutes ends after the newest", () => {
  assert.deepEqual(hour(3600), [60, 3660]);
});
