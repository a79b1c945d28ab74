// The arithmetic of quotes: against a naive count, and against the examples that hold the server to the same.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { barOf, joined, percents, placeOf, sums, unpacked, withBar } from "../../../../applications/quotes/frontend/parts/figures.js";

const examples = JSON.parse(readFileSync(new URL("../figures.json", import.meta.url)));

/** Returns the same numbers in each run. */
function numbers(count, most, seed = 1) {
  let state = seed;
  return Array.from({ length: count }, () => (state = (state * 48271) % 2147483647) % most);
}

test("sums are those of the examples", () => {
  for (const { values, count, sums: expected } of examples.averages) assert.deepEqual(sums(values, count), expected);
});

test("the sum of 200 closes is exact after 30 years of the highest prices", () => {
  const values = numbers(7560, 45_000_000_000_000);
  for (const count of [20, 50, 200]) {
    const naive = values.map((_, place) => (place + 1 < count ? null : Number(values.slice(place + 1 - count, place + 1).reduce((sum, value) => sum + BigInt(value), 0n))));
    assert.deepEqual(sums(values, count), naive);
  }
});

test("changes in percent are those of the examples", () => {
  for (const { columns, expected } of examples.percents) {
    const found = percents(Object.values(columns), 0, columns.A.length);
    assert.deepEqual(found, Object.values(expected));
  }
});

test("changes begin at the first common day of the view", () => {
  assert.deepEqual(percents([[1, 2, 4], [5, 5, 10]], 1, 3), [[null, 0, 100], [null, 0, 100]]);
});

test("a search for a place agrees with a naive one", () => {
  const list = numbers(300, 1000).sort((one, other) => one - other);
  for (let wanted = -1; wanted < 1001; wanted += 1) assert.equal(placeOf(list, wanted), list.filter((value) => value < wanted).length);
});

test("minutes become the bar of their day", () => {
  assert.deepEqual(barOf(examples.live.minutes), examples.live.bar);
  assert.equal(barOf([]), null);
});

test("packed days are counted from their differences", () => {
  assert.deepEqual(unpacked({ days: [20000, 1, 3], close: [1, 2, 3] }).days, [20000, 20001, 20004]);
});

test("the bar of today follows, replaces the newest, or is left out when it is older", () => {
  const history = { places: 2, days: [1, 3], open: [1, 2], high: [1, 2], low: [1, 2], close: [100, 200], adj_close: [90, 180], volume: [null, 7] };
  const bar = (day) => ({ day, open: 1.5, high: 2, low: 1, close: 1.75, volume: 9 });
  assert.deepEqual(withBar(history, bar(4)).close, [100, 200, 175]);
  assert.deepEqual(withBar(history, bar(4)).adj_close, [90, 180, 158]); // 157.5
  assert.deepEqual([withBar(history, bar(3)).close, withBar(history, bar(3)).volume], [[100, 175], [null, 9]]);
  assert.equal(withBar(history, bar(2)), history);
  assert.equal(withBar(history, null), history);
});

test("histories are joined on all of their days", () => {
  const found = joined([{ days: [1, 2], adj_close: [10, 20] }, { days: [2, 5], adj_close: [7, 8] }]);
  assert.deepEqual(found, { days: [1, 2, 5], columns: [[10, 20, null], [null, 7, 8]] });
});
