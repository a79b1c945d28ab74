import assert from "node:assert/strict";
import test from "node:test";

import { Counts, stateOf } from "../../../dashboard/frontend/counts.js";

test("live counts go on where the history ends, the highest of each second", () => {
  const counts = new Counts();
  counts.replace({ london: [[1000, 4], [2000, 5]] });
  [[2100, 7], [2900, 6], [3000, 1], [2500, 9]].forEach(([now, lines]) => counts.add("london", now, lines));
  assert.deepEqual(counts.columns("london", 30), [[1, 2, 3], [4, 7, 1], [30, 30, 30]]);
});

test("five minutes are kept", () => {
  const counts = new Counts();
  [0, 299_000, 300_000].forEach((now) => counts.add("leeds", now, 1));
  assert.deepEqual(counts.columns("leeds", 2)[0], [299, 300]);
});

test("a site is quiet, rising from half of its threshold on, or in alarm", () => {
  const site = (lines, alarm = null) => stateOf({ lines, threshold: 30, alarm });
  assert.deepEqual([site(14), site(15), site(2, { peak: 31 })], ["quiet", "rising", "alarm"]);
});

test("the table has the highest count of each 15 s and site, the latest first", () => {
  const counts = new Counts();
  counts.replace({ leeds: [[14_000, 9], [15_000, 2], [16_000, 3]], london: [[16_000, 7]] });
  assert.deepEqual(counts.spans(["leeds", "london"]), [[15_000, [3, 7]], [0, [9, 0]]]);
});

test("sites that are no longer shown are forgotten", () => {
  const counts = new Counts();
  counts.add("leeds", 1000, 4);
  counts.add("london", 1000, 4);
  counts.keep(["london"]);
  assert.deepEqual([counts.has("leeds"), counts.has("london")], [false, true]);
});
