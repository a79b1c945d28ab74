// The look of a stream's charts: what arrives in each minute, and how far behind its readers are.

import { axes, cursor } from "./charts.js";
import { compact, grouped, span, time } from "./format.js";

const READERS = ["accent", "sold", "muted", "bought"]; // inks of the readers' lines, which also differ in their dashes
const DASHES = [[], [6, 4], [2, 3], [10, 3, 2, 3]];
const NOT_KNOWN = "not known";
const hours = [900, 3600, 7200, 10_800, 21_600]; // seconds between two times of the axis

/** Columns: minutes, records or bytes. */
export function arrivals(what) {
  return {
    key: [[`${what} that arrived in a minute`, "accent-ink"]],
    read: ([at, values], index, zone) => [
      [time(at[index] * 1000, "minute", zone)],
      [values[index] === null ? NOT_KNOWN : `${grouped(values[index])} ${what}`, "accent-ink"],
    ],
    options: (ink, zone) => ({
      padding: [6, 18, 0, 0],
      scales: { y: { range: (_, _low, high) => [0, Math.max(1, high) * 1.1] } },
      axes: axes(ink, zone, "minute", { size: 52, value: compact, incrs: hours }),
      cursor: cursor(ink),
      series: [{}, { label: what, stroke: ink.accent, width: 1.5, fill: ink["accent-wash"], points: { show: false } }],
    }),
  };
}

/** Columns: minutes, then the seconds that each of the readers was behind. */
export function lagging(names) {
  return {
    key: names.map((name, place) => [`${["—", "– –", "···", "–·–"][place % 4]} ${name}`]),
    read: ([at, ...lags], index, zone) => [
      [time(at[index] * 1000, "minute", zone)],
      ...names.map((name, place) => [`${name} ${lags[place][index] === null ? NOT_KNOWN : span(lags[place][index])}`]),
    ],
    options: (ink, zone) => ({
      padding: [6, 18, 0, 0],
      scales: { y: { range: (_, _low, high) => [0, Math.max(10, high) * 1.1] } },
      axes: axes(ink, zone, "minute", { size: 64, value: span, incrs: hours }),
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
