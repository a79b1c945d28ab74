import assert from "node:assert/strict";
import test from "node:test";

import { Counts, stateOf } from "../../../../applications/orders/frontend/parts/counts.js";

test("live counts go on where the history ends, the highest of each second, each with its own threshold", () => {
  const counts = new Counts();
  counts.replace({ london: [[1000, 4, 20], [2000, 5, 20]] });
  [[2100, 7], [2900, 6], [3000, 1], [2500, 9]].forEach(([now, lines]) => counts.add("london", now, lines, 30));
  assert.deepEqual(counts.columns("london"), [[1, 2, 3], [4, 7, 1], [20, 30, 30]]);
});

test("seconds that nobody has counted are a gap, not a straight line", () => {
  const counts = new Counts();
  counts.replace({ leeds: [[1000, null, 9], [2000, 4, 9]] });
  counts.add("leeds", 60_000, 5, 9);
  assert.deepEqual(counts.columns("leeds"), [[1, 2, 3, 60], [null, 4, null, 5], [9, 9, 9, 9]]);
});

test("five minutes are kept", () => {
  const counts = new Counts();
  [0, 299_000, 300_000].forEach((now) => counts.add("leeds", now, 1, 2));
  assert.deepEqual(counts.columns("leeds")[0], [299, 300]);
});

test("a site is quiet, elevated from half of its threshold on, or in alarm", () => {
  const site = (lines, alarm = null) => stateOf({ lines, threshold: 30, alarm });
  assert.deepEqual([site(14), site(15), site(2, { peak: 31 })], ["quiet", "elevated", "alarm"]);
});

test("the table has the highest count of each 15 s and site, the latest first", () => {
  const counts = new Counts();
  counts.replace({ leeds: [[14_000, 9], [15_000, 2], [16_000, 3]], london: [[16_000, 7]] });
  assert.deepEqual(counts.spans(["leeds", "london"]), [[15_000, [3, 7]], [0, [9, null]]]);
});

test("sites that are no longer shown are forgotten", () => {
  const counts = new Counts();
  counts.add("leeds", 1000, 4);
  counts.add("london", 1000, 4);
  counts.keep(["london"]);
  assert.deepEqual([counts.has("leeds"), counts.has("london")], [false, true]);
});

test("what was missed is put in between, and what is known stays", () => {
  const counts = new Counts(1800);
  counts.replace({ london: [[1000, null, 30], [2000, 5, 30], [5000, 7, 30]] });
  counts.merge("london", [[1000, 3, 30], [2000, 9, 30], [3000, 6, 50], [4000, null, 50]]);
  assert.deepEqual(counts.columns("london"), [[1, 2, 3, 5], [3, 5, 6, 7], [30, 30, 50, 30]]);
});

test("a step ends with 15 s and with its threshold", () => {
  const counts = new Counts();
  counts.replace({ london: [[0, null, 30], [1000, 4, 30], [2000, 3, 50], [15_000, null, 50]] });
  assert.deepEqual(counts.steps("london"), [[0, 4, 30], [2000, 3, 50], [15_000, null, 50]]);
});
