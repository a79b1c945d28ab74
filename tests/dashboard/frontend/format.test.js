import assert from "node:assert/strict";
import test from "node:test";

import { compact, grouped, percentOf, records, span, time, zoneName } from "../../../dashboard/frontend/format.js";

test("numbers are grouped, and nothing is a dash", () => {
  assert.deepEqual([grouped(1234567), grouped(12.5, 2), grouped(null)], ["1,234,567", "12.50", "–"]);
});

test("records are counted in words, and the unknown not at all", () => {
  assert.deepEqual([0, 1, 12345, null].map(records), ["0 records", "1 record", "12,345 records", ""]);
});

test("large numbers keep four figures", () => {
  assert.deepEqual([999, 1200, 173450211, 2.5e9].map(compact), ["999", "1.2 k", "173.5 m", "2.5 bn"]);
});

test("spans are seconds, minutes or hours", () => {
  assert.deepEqual([0, 59.9, 60, 95, 3600, 3725].map(span), ["0 s", "59 s", "1 min", "1 min 35 s", "1 h", "1 h 2 min"]);
});

test("a bar never leaves its track", () => {
  assert.deepEqual([percentOf(1, 3), percentOf(5, 3), percentOf(1, 0)], [33.3, 100, 0]);
});

test("times have 24 hours, in the zone that was asked for", () => {
  const moment = "2026-11-22T23:03:07.250Z";
  assert.equal(time(moment, "minute", "utc"), "23:03");
  assert.equal(time(moment, "second", "utc"), "23:03:07");
  assert.equal(time(moment, "full", "utc"), "2026-11-22 23:03:07");
  assert.equal(time(null, "full", "utc"), "");
  assert.equal(zoneName("utc"), "UTC");
});
