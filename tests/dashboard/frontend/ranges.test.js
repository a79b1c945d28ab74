import assert from "node:assert/strict";
import test from "node:test";

import { addressOf, around, between, lastMoment } from "../../../dashboard/frontend/addresses.js";
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

test("a time that was dragged over is whole minutes, at least one", () => {
  assert.deepEqual(around(61, 119), [60, 120]);
  assert.deepEqual(around(60, 60), [60, 120]);
  assert.deepEqual(around(59.9, 301), [0, 360]);
});

test("two times are a range in UTC", () => {
  assert.equal(between(0, 90), "1970-01-01T00:00Z..1970-01-01T00:01:30Z");
});

test("another range keeps the other parameters of the address, but neither the page of a list nor the moment of a pause", () => {
  assert.equal(addressOf("6h", "https://a/market/?stream=two&page=3&range=1h&at=2026-11-22T14:00Z"), "/market/?stream=two&range=6h");
});

test("a drag to the edge has the last step whole", () => {
  assert.equal(lastMoment([0, 30, 60], 60), 90);
  assert.equal(lastMoment([0, 30, 60], 200), 200);
  assert.equal(lastMoment([60], 60), 120);
});
