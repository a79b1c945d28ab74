import assert from "node:assert/strict";
import { test } from "node:test";

import { cell } from "../../../../sql/frontend/cells.js";
import { lookOf } from "../../../../sql/frontend/curve.js";

test("cell writes numbers in groups, and NULL as a dash", () => {
  assert.deepEqual([1234567, 1234.5, 0.12345, true, null, "a"].map(cell), ["1,234,567", "1,234.5", "0.1235", "true", "–", "a"]);
});

test("lookOf returns the same look for the same keys, with a word for each line", () => {
  const curve = { column: "TRADES", keys: ["AMZN", "WMT"], more: 3 };
  const look = lookOf(curve);
  assert.equal(lookOf({ ...curve, points: [] }), look);
  assert.deepEqual(look.key.map(([words]) => words), ["— AMZN", "– – WMT", "and 3 more"]);
  assert.deepEqual(look.read([[60], [41], [null]], 0, "utc").map(([words]) => words), ["00:01:00", "AMZN 41", "WMT –"]);
});

test("lookOf gives a single point a minute of room, and names the column where there is no key", () => {
  const look = lookOf({ column: "N", keys: [], more: 0 });
  const { scales, series } = look.options({}, "utc");
  assert.deepEqual(scales.x.range({ data: [[600]] }, 600, 600), [570, 630]);
  assert.deepEqual(series.slice(1).map(({ label }) => label), ["N"]);
});
