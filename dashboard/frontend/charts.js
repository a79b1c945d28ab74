// The look of each chart: its key, its options for uPlot, and the words for one point. x is in seconds.

import { day, grouped, time } from "./format.js";
import { hour } from "./ranges.js";

const [MINUTE, DAY] = [60, 86_400]; // seconds
const FONT = "12px system-ui, sans-serif";

// Steps between the numbers of an axis of counts: of parts of one, several would be written as the same number.
export const WHOLE = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

/** The axes of a chart over time; `steps` are those that the numbers may have. */
export function axes(ink, zone, form, { size = 48, value = (number) => grouped(number), space = 28, incrs, steps } = {}) {
  const common = { stroke: ink.muted, font: FONT, ticks: { show: false } };
  const grid = { stroke: ink.hair, width: 1 };
  return [
    { ...common, grid: { show: false }, size: 26, gap: 6, space: incrs ? 44 : 64, incrs, values: times(form, zone) },
    { ...common, grid, size, gap: 8, space, ...(steps ? { incrs: steps } : {}), values: (_, splits) => splits.map(value) },
  ];
}

/** Returns the labels of the times of an axis: the time of the day, with seconds where they differ, or a day's begin. */
export function stamps(splits, zone, step) {
  return splits.map((at, place) => {
    const clock = time(at * 1000, step < MINUTE ? "second" : "minute", zone);
    if (step >= DAY || ["00:00", "00:00:00"].includes(clock)) return day(at * 1000, zone);
    return place === 0 && splits.at(-1) - at >= DAY ? `${day(at * 1000, zone)} ${clock}` : clock;
  });
}

const times = (form, zone) => (_, splits) =>
  form === "minute" ? stamps(splits, zone, splits[1] - splits[0]) : splits.map((at) => time(at * 1000, form, zone));

export function cursor(ink) {
  return { y: false, drag: { x: false, y: false }, points: { size: 7, width: 2, fill: ink.surface } };
}

const hourScale = { time: true, range: (_, _low, high) => hour(high) };

/** Columns: minutes, bought, sold (below the line, as negative numbers). */
export const flow = {
  key: [["▲ bought", "buy-ink"], ["▼ sold", "sell-ink"], ["trades per minute"]],
  read: ([at, bought, sold], index, zone) => [
    [time(at[index] * 1000, "minute", zone)],
    ...(bought[index] === null
      ? [["no trade"]]
      : [[`▲ ${grouped(bought[index])} bought`, "buy-ink"], [`▼ ${grouped(-sold[index])} sold`, "sell-ink"]]),
  ],
  options(ink, zone, uPlot) {
    const paths = uPlot.paths.bars({ size: [0.66, 18], align: 1, radius: 0.12 });
    return {
      padding: [8, 18, 0, 0],
      scales: { x: hourScale, y: { range: (_, low, high) => spread(low, high) } },
      axes: axes(ink, zone, "minute", { value: (number) => grouped(Math.abs(number)), steps: WHOLE }),
      cursor: { ...cursor(ink), points: { show: false } },
      series: [
        {},
        { label: "bought", paths, fill: ink.bought, width: 0, points: { show: false } },
        { label: "sold", paths, fill: ink.sold, width: 0, points: { show: false } },
      ],
    };
  },
};

function spread(low, high) {
  const room = Math.max(1, high, -low) * 1.08;
  return [low < 0 ? -room : 0, room];
}

/** Columns: seconds, lines in the last 15 s, threshold. */
export const count = {
  key: [["lines in 15 s", "accent-ink"], ["- - threshold", "sell-ink"]],
  read: ([at, lines, threshold], index, zone) => [
    [time(at[index] * 1000, "second", zone)],
    [lines[index] === null ? "not known" : `${grouped(lines[index])} lines`, "accent-ink"],
    [`threshold ${grouped(threshold[index])}`, "sell-ink"],
  ],
  options(ink, zone) {
    return {
      padding: [6, 18, 0, 0],
      scales: { y: { range: (_, _low, high) => [0, Math.max(1, high) * 1.15] } },
      axes: axes(ink, zone, "minute", { size: 34, space: 24, incrs: [60, 120, 300], steps: WHOLE }),
      cursor: cursor(ink),
      series: [
        {},
        { label: "lines", stroke: ink.accent, width: 1.75, fill: ink["accent-wash"], points: { show: false } },
        { label: "threshold", stroke: ink.sold, width: 1.25, dash: [5, 4], points: { show: false } },
      ],
    };
  },
};
