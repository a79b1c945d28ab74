// The look of a watched value with its raise and its clear level. x is in seconds; `view` is {start, end, step}.

import { axes, cursor, stamps } from "#kit/charts.js";
import { time } from "#kit/format.js";
import { figure } from "#kit/parts/figures.js";

/** Returns the vertical range that holds the values and both levels: from 0 on, unless all lie far from it. */
export function room(low, high) {
  if (low === null || low === undefined) return [0, 1];
  const far = low > 0 && low > high * 0.6;
  const [bottom, top] = [far ? low : Math.min(0, low), Math.max(0, high)];
  const spare = (top - bottom || 1) * 0.12;
  return [bottom === 0 ? 0 : bottom - spare, top + spare];
}

/** Returns the places of the values that have none beside them: a line alone would not show them. */
export const alone = (values) =>
  values.flatMap((value, place) => (value !== null && (values[place - 1] ?? values[place + 1] ?? null) === null ? [place] : []));

const word = (value, name) => (value === null || value === undefined ? [] : [[`${name} ${figure(value)}`, "sell-ink"]]);

/** Columns: times, value, raise level, clear level. `sides` has the words before the two; null: there are none. */
export function levelChart(view, sides) {
  const [raises, clears] = sides ?? [];
  const levels = [[`– – raise: ${raises}`, "sell-ink"], [`··· clear: ${clears}`, "sell-ink"]];
  return {
    key: [["value", "accent-ink"], ...(sides ? levels : [])],
    read: ([at, value, raised, cleared], index, zone) => [
      [time(at[index] * 1000, "second", zone)],
      [value[index] === null ? "no row" : figure(value[index]), "accent-ink"],
      ...word(raised[index], `raise: ${raises}`),
      ...word(cleared[index], `clear: ${clears}`),
    ],
    options(ink, zone, uPlot) {
      const [across, up] = axes(ink, zone, "minute", { size: 64, value: figure });
      const label = (_, splits) => stamps(splits, zone, splits.length > 1 ? splits[1] - splits[0] : view.step);
      const level = { stroke: ink.sold, width: 1.25, points: { show: false }, paths: uPlot.paths.stepped({ align: 1 }) };
      return {
        padding: [8, 24, 0, 0],
        tzDate: (at) => (zone === "utc" ? uPlot.tzDate(new Date(at * 1000), "UTC") : new Date(at * 1000)),
        scales: { x: { time: true, range: () => [view.start, Math.max(view.end, view.start + view.step)] }, y: { range: (_, low, high) => room(low, high) } },
        axes: [{ ...across, values: label }, up],
        cursor: cursor(ink),
        series: [
          {},
          { label: "value", stroke: ink.accent, width: 1.75, fill: ink["accent-wash"], points: { show: view.step >= 60, size: 4, filter: (chart, index, show) => (show ? null : alone(chart.data[index])) } },
          { ...level, label: "raise level", dash: [6, 4] },
          { ...level, label: "clear level", dash: [2, 4] },
        ],
      };
    },
  };
}
