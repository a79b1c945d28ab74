import assert from "node:assert/strict";
import test from "node:test";

import { lasted, named, placeOf } from "../../../../applications/orders/frontend/parts/alarms.js";

const [started, ended] = ["2026-11-22T12:00:00.000Z", "2026-11-22T12:01:15.000Z"];
const FIRST = Date.parse(started) - 120_000;

test("the name of a link tells an open alarm from one that is over", () => {
  assert.equal(named({ site: "london", started, ended }, "utc"), "Alarm of london, started 2026-11-22 12:00:00, lasted 1 min 15 s");
  assert.equal(named({ site: "london", started, ended: null }, "utc"), "Alarm of london, started 2026-11-22 12:00:00, open");
});

test("an open alarm has no length yet", () => {
  assert.deepEqual([lasted({ started, ended: null }), lasted({ started, ended })], ["", "1 min 15 s"]);
});

for (const [name, alarm, second, place] of [
  ["while it is open", { ended: null }, 0, "yes"],
  ["up to 30 minutes", { ended: null }, 1799.999, "yes"],
  ["not past 30 minutes", { ended: null }, 1800, "cut"],
  ["for a minute after the end", { ended }, 120 + 75 + 59.999, "yes"],
  ["not past a minute after the end", { ended }, 120 + 75 + 60, "ended"],
]) {
  test(`the curve goes on ${name}`, () => assert.equal(placeOf(alarm, FIRST, FIRST + second * 1000), place));
}
