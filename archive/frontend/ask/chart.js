// The chart of an answer: a line for each column of numbers, told apart by colour and dash.

import { axes, cursor } from "#kit/charts.js";
import { one } from "#kit/dom.js";
import { compact, grouped, time } from "#kit/format.js";
import "#kit/line-chart.js";

const LINES = [["accent", [], "accent-ink", "—"], ["bought", [6, 3], "buy-ink", "– –"], ["sold", [2, 3], "sell-ink", "· ·"], ["ink", [9, 3, 2, 3], "", "– ·"], ["muted", [4, 4], "unit", "- -"]];

const figure = (number) => (number === null ? "–" : Math.abs(number) >= 10_000 ? compact(number) : grouped(number, Number.isInteger(number) ? 0 : 2));

/** Draws the lines that the page has, if it has any. */
export function draw() {
  const held = one("#answer-lines");
  if (!held) return;
  const { names, data } = JSON.parse(held.textContent);
  one("line-chart", held.parentElement).show(look(names), data);
}

function look(names) {
  const inks = names.map((_, place) => LINES[place]);
  return {
    key: names.map((name, place) => [`${inks[place][3]} ${name}`, inks[place][2]]),
    read: ([at, ...lines], index, zone) => [[time(at[index] * 1000, "full", zone)], ...names.map((name, place) => [`${name} ${figure(lines[place][index])}`, inks[place][2]])],
    options: (ink, zone) => ({
      padding: [8, 30, 0, 0],
      axes: axes(ink, zone, "minute", { size: 58, value: figure }).map((axis, place) => (place ? axis : { ...axis, space: 96, values: (plot, splits) => splits.map((at) => label(at, plot, zone)) })),
      cursor: cursor(ink),
      series: [{}, ...names.map((name, place) => ({ label: name, stroke: ink[inks[place][0]], dash: inks[place][1], width: 1.75, spanGaps: true, points: { show: data_is_small } }))],
    }),
  };
}

const data_is_small = (plot) => plot.data[0].length < 40;
const DAY = 86_400; // seconds

/** Writes a time across: the day where the axis spans days. */
const label = (at, { scales: { x } }, zone) => (x.max - x.min > 2 * DAY ? time(at * 1000, "full", zone).slice(0, 10) : time(at * 1000, "minute", zone));
