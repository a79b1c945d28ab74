import assert from "node:assert/strict";
import test from "node:test";

const { count, flow, stamps } = await import("../../../dashboard/frontend/charts.js");
const { candlesIn, countIn, flowIn } = await import("../../../dashboard/frontend/range-charts.js");
const HOUR = 3600;
const NOON = Date.UTC(2026, 10, 22, 12) / 1000;

test("an axis names the day where one begins, and of a long time at its first label", () => {
  const hours = (...of) => of.map((hour) => NOON + hour * HOUR);
  assert.deepEqual(stamps(hours(0, 6, 12), "utc", 6 * HOUR), ["12:00", "18:00", "23 Nov"]);
  assert.deepEqual(stamps(hours(0, 12, 24), "utc", 12 * HOUR), ["22 Nov 12:00", "23 Nov", "12:00"]);
  assert.deepEqual(stamps(hours(12, 36), "utc", 24 * HOUR), ["23 Nov", "24 Nov"]);
});

test("an axis has seconds where its labels would else be the same", () => {
  assert.deepEqual(stamps([NOON, NOON + 30, NOON + 60], "utc", 30), ["12:00:00", "12:00:30", "12:01:00"]);
  assert.deepEqual(stamps([NOON + 12 * HOUR, NOON + 12 * HOUR + 30], "utc", 30), ["23 Nov", "00:00:30"]);
});

test("a step without a trade says so and has no value", () => {
  const data = [[NOON, NOON + 60], [3, null], [-1, null]];
  assert.deepEqual(flowIn({}).read(data, 1, "utc"), [["22 Nov, 12:01"], ["no trade"]]);
  const candle = [[NOON], [10], [12], [9], [11.5]];
  const words = candlesIn({}).read(candle, 0, "utc").map(([text]) => text);
  assert.deepEqual(words, ["22 Nov, 12:00", "first 10.00", "high 12.00", "low 9.00", "last 11.50 USD"]);
});

test("the axis of counts has whole numbers alone, since parts of one would be written as the same", () => {
  const uPlot = { paths: { bars: () => null } };
  const steps = [flowIn({}), countIn({}), flow, count].map((chart) => chart.options({}, "utc", uPlot).axes[1].incrs);
  assert.deepEqual(steps.map((each) => each.slice(0, 4)), Array(4).fill([1, 2, 5, 10]));
});
