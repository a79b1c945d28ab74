// The part of the time axis that is shown, as drags, wheels and keys move it.

import assert from "node:assert/strict";
import test from "node:test";

import { daysIn, iso, moved, numberOf, ofDays, ranges, within, zoomed } from "../../../../applications/quotes/frontend/parts/view.js";

const bounds = { from: 0, to: 1000 };

test("whole days are shown as they were asked for", () => {
  for (const [first, last] of [[0, 0], [3, 9], [20_000, 27_559]]) assert.deepEqual(daysIn(ofDays(first, last)), { first, last });
});

test("a day is shown while its noon is", () => {
  assert.deepEqual(daysIn({ from: 3.4, to: 9.6 }), { first: 3, last: 9 });
  assert.deepEqual(daysIn({ from: 3.6, to: 9.4 }), { first: 4, last: 8 });
});

test("a move stops at the oldest and at the newest day, and keeps its length", () => {
  assert.deepEqual(moved({ from: 10, to: 20 }, -50, bounds), { from: 0, to: 10 });
  assert.deepEqual(moved({ from: 10, to: 20 }, Infinity, bounds), { from: 990, to: 1000 });
  assert.deepEqual(moved({ from: 10, to: 20 }, -Infinity, bounds), { from: 0, to: 10 });
});

test("a zoom keeps the day under the pointer in its place", () => {
  const view = zoomed({ from: 100, to: 200 }, 0.5, 125, bounds);
  assert.deepEqual(view, { from: 112.5, to: 162.5 });
  assert.equal((125 - view.from) / 50, 0.25);
});

test("a view has at least a day and at most all", () => {
  assert.deepEqual(zoomed({ from: 100, to: 102 }, 0.001, 101, bounds), { from: 100.5, to: 101.5 });
  assert.deepEqual(zoomed({ from: 100, to: 900 }, 50, 101, bounds), bounds);
  assert.deepEqual(within({ from: -5, to: 5000 }, bounds), bounds);
});

test("days are written as the server writes them", () => {
  for (const [day, text] of [[0, "1970-01-01"], [-1, "1969-12-31"], [20_785, "2026-11-28"]]) {
    assert.deepEqual([iso(day), numberOf(text)], [text, day]);
  }
});

test("the ranges before and behind a view have as many days", () => {
  const all = { from: numberOf("2026-01-01"), to: numberOf("2026-12-31") + 1 };
  const shown = (first, last) => ranges(ofDays(numberOf(first), numberOf(last)), all);
  assert.deepEqual(shown("2026-03-01", "2026-03-10"), { shown: "2026-03-01..2026-03-10", earlier: "2026-02-19..2026-02-28", later: "2026-03-11..2026-03-20" });
  assert.deepEqual(shown("2026-12-20", "2026-12-28"), { shown: "2026-12-20..2026-12-28", earlier: "2026-12-11..2026-12-19", later: "2026-12-23..2026-12-31" });
  assert.deepEqual(shown("2026-01-01", "2026-12-31"), { shown: "2026-01-01..2026-12-31", earlier: "", later: "" });
});
