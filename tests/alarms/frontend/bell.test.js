import assert from "node:assert/strict";
import { test } from "node:test";

import { alone, levelChart, room } from "../../../alarms/frontend/parts/levels.js";
import { inWords, titled } from "../../../dashboard/frontend/bell-words.js";

test("the title counts the open alarms once", () => {
  assert.deepEqual([titled("Market", 2), titled("(2) Market", 3), titled("(3) Market", 0)], ["(2) Market", "(3) Market", "Market"]);
});

test("values without another beside them are found, which a line does not show", () => {
  assert.deepEqual(alone([1, null, 2, 3, null, 0]), [0, 5]);
  assert.deepEqual([alone([]), alone([4]), alone([null, null])], [[], [0], []]);
});

test("the bell names the number of open alarms", () => {
  assert.deepEqual([0, 1, 1234].map(inWords), ["No open alarms", "1 open alarm", "1,234 open alarms"]);
});

test("a chart of values far from zero does not begin at zero", () => {
  assert.deepEqual([room(0, 50), room(null, null), room(280, 300), room(-10, 10)], [[0, 56], [0, 1], [277.6, 302.4], [-12.4, 12.4]]);
});

test("the read-out names both levels, and none where there is none", () => {
  const columns = [[60], [41], [30], [20]];
  const words = (spec, data) => spec.read(data, 0, "utc").map(([text]) => text);
  assert.deepEqual(words(levelChart({ start: 0, end: 1, step: 1 }, ["at least", "below"]), columns), ["00:01:00", "41", "raise: at least 30", "clear: below 20"]);
  assert.deepEqual(words(levelChart({ start: 0, end: 1, step: 1 }, null), [[60], [null], [null], [null]]), ["00:01:00", "no row"]);
});
