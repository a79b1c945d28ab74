// The look of a panel's curve: lines told apart by colour and dash, or bars that stand on each other.

import { axes, cursor } from "../charts.js";
import { time } from "../format.js";
import { extent, figure } from "./figures.js";

const LINES = [["accent", []], ["sold", [7, 4]], ["bought", [2, 3]], ["ink", [9, 3, 2, 3]], ["muted", [4, 4]]];
const WORDS = ["accent-ink", "sell-ink", "buy-ink", "", "unit"];
const MARKS = ["—", "– –", "· ·", "– ·", "- -"];
const DAY = 86_400;
const specs = new Map();

/**
 * Returns the look of a panel; the same one for the same lines, so that its chart is not made anew with each snapshot. Of a
 * `range` that is shown up to a moment, the axis is that of the whole.
 */
export function lookOf({ kind, unit, step, start, lines, more }, range) {
  const names = lines.map(({ name }) => name);
  const whole = range?.until ? [start / 1000, lastStep(start, step, Date.parse(range.end)) / 1000] : null;
  const name = JSON.stringify([kind, unit, step, names, more, whole]);
  if (specs.size > 200) specs.clear();
  if (!specs.has(name)) specs.set(name, look(kind, unit, step, names, more, whole));
  return specs.get(name);
}

/** Returns where the last step before an end begins, in milliseconds. */
const lastStep = (start, step, end) => start + Math.max(0, Math.ceil((end - start) / step) - 1) * step;

/**
 * Returns the ends of the axis of times, in seconds: of points at these times, or of the `whole` of which they are a part;
 * with room for the last of bars.
 */
export function axisOf(at, step, bars, whole) {
  const low = whole?.[0] ?? at[0];
  const high = Math.max(whole?.[1] ?? low, at.at(-1) ?? low);
  return high > low ? [low, high + (bars ? step : 0)] : [low, low + step];
}

/** Returns the columns of a panel for its chart: seconds, a column for each line, for bars the sums to draw before those. */
export function columnsOf({ kind, start, step, edges, lines }) {
  const values = lines.map((line) => line.values);
  // Days of a zone have edges, since two a year differ in length.
  const at = (values[0] ?? []).map((_, place) => (edges?.[place] ?? start + place * step) / 1000);
  return kind === "bars" ? [at, ...stacked(values), ...values] : [at, ...values];
}

/** Returns the tops of bars, the highest first, so that each covers the lower part of the one before. */
export function stacked(values) {
  const tops = [];
  values.forEach((line, place) => {
    tops.unshift(line.map((value, at) => (value === null ? null : value + (tops[0]?.[at] ?? 0))));
  });
  return tops;
}

function look(kind, unit, step, names, more, whole) {
  const bars = kind === "bars";
  const key = names.map((name, place) => [`${bars ? "■" : MARKS[place]} ${name}`, WORDS[place]]);
  const lineAt = (data, place) => data[1 + place + (bars ? names.length : 0)];
  return {
    key: [...key, ...(more > 0 ? [[`and ${figure(more)} more`]] : []), ...(unit ? [[unit, "unit"]] : [])],
    read: (data, index, zone) => [
      [time(data[0][index] * 1000, step >= DAY * 1000 ? "full" : "second", zone)],
      ...names.map((name, place) => [`${name} ${figure(lineAt(data, place)[index])}`, WORDS[place]]),
    ],
    options: (ink, zone, uPlot) => ({
      padding: [8 * scale(), 30 * scale(), 0, 0],
      scales: { x: { range: ({ data: [at] }) => axisOf(at, step / 1000, bars, whole) }, y: { range: (_, low, high) => spread(low, high, bars) } },
      axes: scaled(axes(ink, zone, "minute", { size: 62, value: figure }), zone),
      cursor: { ...cursor(ink), ...(bars ? { points: { show: false } } : {}), sync: { key: "board" } },
      series: [{}, ...(bars ? columns(names, ink, uPlot) : names.map((name, place) => curve(name, ink, place)))],
    }),
  };
}

/** Returns the ends of the axis of values; that of bars has 0, since their length counts. */
export function spread(low, high, bars) {
  if (low === null || high === null) return [0, 1];
  const [bottom, top] = bars ? [Math.min(0, low), Math.max(0, high)] : extent(low, high);
  const room = (top - bottom) * 0.08;
  return [bottom && bottom - room, top === bottom ? 1 : top && top + room];
}

/** Returns how large the page's own text is, which grows on a wall: 1 for the usual. */
const scale = () => Math.max(1, Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16);

/** Sizes the axes with the page's own text; times of several days have their date. */
function scaled(found, zone) {
  const size = scale();
  const font = `${Math.round(12 * size)}px system-ui, sans-serif`;
  const form = ({ scales: { x } }) => (x.max - x.min < 900 ? "second" : "minute");
  const label = (plot, at) => {
    const days = plot.scales.x.max - plot.scales.x.min > 1.5 * DAY;
    return days ? time(at * 1000, "full", zone).slice(5, 16) : time(at * 1000, form(plot), zone);
  };
  const values = (plot, splits) => splits.map((at) => label(plot, at));
  const [across, up] = found.map((axis) => ({ ...axis, font, size: axis.size * size, gap: axis.gap * size, space: axis.space * size }));
  return [{ ...across, space: 92 * size, values }, up];
}

function curve(label, ink, place) {
  const [colour, dash] = LINES[place];
  return { label, stroke: ink[colour], dash: dash.map((length) => length * scale()), width: 1.75 * scale(), points: { size: 5 * scale(), fill: ink[colour], show: few } };
}

function columns(names, ink, uPlot) {
  const paths = uPlot.paths.bars({ size: [0.7, 26 * scale()], align: 1, radius: 0.08 });
  const drawn = names.map((name, place) => ({ label: name, paths, fill: ink[LINES[place][0]], width: 0, points: { show: false } }));
  return [...drawn.reverse(), ...names.map((name) => ({ label: name, show: false }))];
}

/** A line of few points shows them, since a single one would not be seen. */
function few(plot, series) {
  const values = plot.data[series];
  return values.length < 400 && values.some((value, at) => value !== null && values[at - 1] == null && values[at + 1] == null);
}
