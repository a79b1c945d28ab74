// The look of an automatic curve: a line for each key, told apart by colour and dash.

import { axes, cursor } from "#kit/charts.js";
import { compact, time } from "#kit/format.js";

import { cell } from "./cells.js";

const LINES = [["accent", []], ["bought", [6, 3]], ["sold", [2, 3]], ["ink", [9, 3, 2, 3]], ["muted", [4, 4]]];
const WORDS = ["accent-ink", "buy-ink", "sell-ink", "", "unit"];
const MARKS = ["—", "– –", "· ·", "– ·", "- -"];
const SHORT = 600; // seconds on an axis up to which its times have seconds
const LEAST = 60; // seconds on an axis, so that a single point is in a place
const specs = new Map();

/** Returns the look of a curve {column, keys, more}; the same one for the same keys, so that its chart is not made anew. */
export function lookOf({ column, keys, more }) {
  const name = JSON.stringify([column, keys, more]);
  if (!specs.has(name)) specs.set(name, look(column, keys.length ? keys : [column], more));
  return specs.get(name);
}

function look(column, names, more) {
  const key = names.map((name, place) => [`${MARKS[place]} ${name}`, WORDS[place]]);
  return {
    key: more > 0 ? [...key, [`and ${more} more`]] : key,
    read: ([at, ...lines], index, zone) => [
      [time(at[index] * 1000, "second", zone)],
      ...names.map((name, place) => [`${name} ${cell(lines[place][index])}`, WORDS[place]]),
    ],
    options: (ink, zone) => ({
      padding: [8, 30, 0, 0],
      scales: { x: { range: (plot, low, high) => roomy(low, plot.data[0].length > 1 ? high : low) } }, // uPlot makes a day of a single point
      axes: timed(axes(ink, zone, "minute", { size: 58, value: amount }), zone),
      cursor: cursor(ink),
      series: [{}, ...names.map((name, place) => line(name, ink[LINES[place][0]], LINES[place][1]))],
    }),
  };
}

const amount = (number) => (Math.abs(number) >= 10_000 ? compact(number) : cell(number));

function roomy(low, high) {
  const missing = Math.max(0, LEAST - (high - low)) / 2;
  return [low - missing, high + missing];
}

/** Writes the times of the first axis with seconds where it spans few minutes. */
function timed([across, ...others], zone) {
  const form = ({ scales: { x } }) => (x.max - x.min < SHORT ? "second" : "minute");
  return [{ ...across, space: 72, values: (plot, splits) => splits.map((at) => time(at * 1000, form(plot), zone)) }, ...others];
}

const line = (label, stroke, dash) => ({ label, stroke, dash, width: 1.75, spanGaps: true, points: { size: 5, fill: stroke, show: few } });

/** A line of few points shows them, since a single one would not be seen. */
const few = (plot, series) => plot.data[series].filter((value) => value !== null).length < 40;
