// The look of a stream's charts: what arrives in each minute, and how far behind its readers are.

import { axes, cursor } from "./charts.js";
import { compact, grouped, span, time } from "./format.js";

const READERS = ["accent", "sold", "muted", "bought"]; // inks of the readers' lines, which also differ in their dashes
const DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3]];
const MARKS = ["—", "– –", "···", "–·–"];
const NOT_KNOWN = "not known";
const HOURS = [60, 300, 900, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000]; // seconds between two times of the axis
const LAGS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200]; // and between two lags
const SIZE = 64; // of the vertical axis, the same in all charts, so that times stand above one another

/** Columns: minutes, records or bytes. */
export function arrivals(what, per = "minute") {
  return {
    key: [[`${what} per ${per}`, "accent-ink"]],
    read: ([at, values], index, zone) => [
      [time(at[index] * 1000, "minute", zone)],
      [values[index] === null ? NOT_KNOWN : `${grouped(values[index])} ${what}`, "accent-ink"],
    ],
    options: (ink, zone) => ({
      padding: [6, 18, 0, 0],
      scales: { y: { range: (_, _low, high) => [0, Math.max(10, high) * 1.1] } },
      axes: axes(ink, zone, "minute", { size: SIZE, value: compact, incrs: HOURS }),
      cursor: cursor(ink),
      series: [{}, { label: what, stroke: ink.accent, width: 1.5, fill: ink["accent-wash"], points: { show: false } }],
    }),
  };
}

/** Returns seconds for an axis: 30 s, 20 min, 1.5 h. */
const brief = (seconds) =>
  seconds < 60 ? `${seconds} s` : seconds < 3600 ? `${Number((seconds / 60).toFixed(1))} min` : `${Number((seconds / 3600).toFixed(2))} h`;
const timed = ([across, up]) => [across, { ...up, incrs: LAGS }];

/** Columns: minutes, then the seconds that each of the readers was behind. */
export function lagging(names) {
  return {
    key: [["behind, by reader:"], ...names.map((name, place) => [`${MARKS[place % 4]} ${name}`])],
    read: ([at, ...lags], index, zone) => [
      [time(at[index] * 1000, "minute", zone)],
      ...names.map((name, place) => [`${name} ${lags[place][index] === null ? NOT_KNOWN : span(lags[place][index])}`]),
    ],
    options: (ink, zone) => ({
      padding: [6, 18, 0, 0],
      scales: { y: { range: (_, _low, high) => [0, Math.max(10, high) * 1.1] } },
      axes: timed(axes(ink, zone, "minute", { size: SIZE, value: brief, incrs: HOURS })),
      cursor: cursor(ink),
      series: [
        {},
        ...names.map((label, place) => ({
          label,
          stroke: ink[READERS[place % 4]],
          dash: DASHES[place % 4],
          width: 1.5,
          points: { show: false },
        })),
      ],
    }),
  };
}

export const lagColumns = ({ minutes, lags }) => [minutes, ...Object.values(lags)];
