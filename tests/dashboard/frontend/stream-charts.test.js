import assert from "node:assert/strict";
import { test } from "node:test";

import { arrivals, lagColumns, lagging } from "#kit/stream-charts.js";

const ink = { accent: "a", sold: "s", muted: "m", bought: "b" };

test("a minute that is not known is read out as that, and not as 0", () => {
  const { read } = arrivals("records");
  const at = [[0, 60, 120], [null, 0, 1234]];
  assert.deepEqual([0, 1, 2].map((index) => read(at, index, "utc")[1][0]), ["not known", "0 records", "1,234 records"]);
});

test("each reader has a column, a line of its own dashes, and its name in the read-out", () => {
  const columns = lagColumns({ minutes: [0], lags: { orders: [90], trades: [null] } });
  const spec = lagging(["orders", "trades"]);
  assert.deepEqual(spec.read(columns, 0, "utc").slice(1), [["orders 1 min 30 s"], ["trades not known"]]);
  const { series } = spec.options(ink, "utc");
  assert.deepEqual(series.slice(1).map(({ label, dash }) => [label, dash]), [["orders", []], ["trades", [6, 4]]]);
});

test("the axis of lags has round steps and short words", () => {
  const [, up] = lagging(["orders"]).options(ink, "utc").axes;
  assert.deepEqual(up.values(null, [30, 1200, 5400]), ["30 s", "20 min", "1.5 h"]);
  assert.ok(up.incrs.includes(1800));
});
