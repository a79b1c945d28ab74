// The look of the charts of quotes: axes, lines, and the words for one day. x is in seconds, at the noon of each day.

import { axes, cursor } from "#kit/charts.js";
import { compact, day as dayOf, grouped, signed, time } from "#kit/format.js";
import { DAY, drawBand, drawCandles, drawLine, drawMinutes, drawVolume, hasCandles } from "./drawing.js";
import { iso } from "./view.js";

const LINES = [["accent", []], ["sold", [7, 4]], ["bought", [2, 3]], ["ink", [9, 3, 2, 3]], ["muted", [4, 4]]];
const WORDS = ["accent-ink", "sell-ink", "buy-ink", "", "unit"];
const MARKS = ["—", "– –", "· ·", "– ·", "- -"];
const AVERAGES = { 20: ["bought", [2, 3], "· ·", "buy-ink"], 50: ["sold", [7, 4], "– –", "sell-ink"], 200: ["ink", [9, 3, 2, 3], "– ·", ""] };
const CANDLES = [["□ rose", "buy-ink"], ["■ fell", "sell-ink"]];
const LINE = [["— close, from low to high", "accent-ink"]];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Returns the labels of an axis over days: hours of the page's zone within a day, else days, months or years in UTC. */
export function stamps(splits, step, zone) {
  return splits.map((at, place) => {
    const [year, month, day] = iso(Math.floor(at / DAY)).split("-");
    const isNew = place === 0 || !iso(Math.floor(splits[place - 1] / DAY)).startsWith(year);
    const clock = step < DAY ? time(at * 1000, "minute", zone) : "";
    if (clock) return clock === "00:00" ? dayOf(at * 1000, zone) : clock;
    if (step >= 360 * DAY) return year;
    if (day === "01" && month === "01") return year;
    if (step >= 28 * DAY) return isNew ? `${MONTHS[month - 1]} ${year}` : MONTHS[month - 1];
    if (day === "01") return MONTHS[month - 1];
    return `${Number(day)} ${MONTHS[month - 1]}`;
  });
}

/** Returns what both charts share. `spread` gives the ends of the axis of values. */
function frame(ink, zone, uPlot, spread, value) {
  const [days, values] = axes(ink, zone, "minute", { size: 64, value });
  return {
    padding: [8, 26, 0, 0],
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
    scales: { x: { time: true, auto: false }, y: { range: spread } },
    axes: [{ ...days, values: (_, splits, __, ___, step) => stamps(splits, step, zone) }, values],
    cursor: { ...cursor(ink), sync: { key: "page", scales: ["x", null] } },
  };
}

/** Returns a series that uPlot measures and reads out, but does not draw. */
const unseen = (stroke) => ({ stroke, paths: () => null, points: { show: false } });

/** The look of prices: candles, or closes in the band from low to high; averages; live minutes. */
export const prices = {
  key: (model, candles) => [...(candles ? CANDLES : LINE), ...model.averages.map((count) => [`${AVERAGES[count][2]} mean of ${count}`, AVERAGES[count][3]])],
  read(model, place) {
    const show = (name) => grouped(model[name][place], model.decimals);
    const means = model.averages.map((count, at) => [`${AVERAGES[count][2]} ${grouped(model.lines[at][place], model.decimals)}`, AVERAGES[count][3]]);
    const rose = model.close[place] >= model.open[place];
    return [
      [`${iso(model.days[place])}${model.days[place] === model.liveDay ? ", so far" : ""}`],
      [`open ${show("open")}`], [`high ${show("high")}`], [`low ${show("low")}`], [`close ${show("close")}`, rose ? "buy-ink" : "sell-ink"],
      ...(model.volume[place] === null ? [] : [[`volume ${compact(model.volume[place])}`, "unit"]]),
      ...means,
    ];
  },
  data: (model) => [model.at, model.close, ...model.lines],
  options(model, ink, zone, uPlot) {
    const draw = (plot) => {
      const found = model();
      const part = found.part();
      if (hasCandles(plot)) drawCandles(plot, found.showsMinutes() ? { ...part, end: Math.min(part.end, found.livePlace()) } : part, ink);
      else {
        drawBand(plot, part, ink["accent-wash"]);
        drawLine(plot, { ...part, values: found.close }, { colour: ink.accent });
      }
      found.lines.forEach((values, at) => {
        const [colour, dash] = AVERAGES[found.averages[at]];
        drawLine(plot, { ...part, values }, { colour: ink[colour], dash, width: 1.25, least: 3 });
      });
      if (found.showsMinutes()) drawMinutes(plot, found.minutes, ink);
    };
    return {
      ...frame(ink, zone, uPlot, () => room(model().extremes()), (number) => grouped(number, Math.abs(number) >= 1000 ? 0 : model().decimals)),
      series: [{}, ...[ink.accent, ...model().averages.map((count) => ink[AVERAGES[count][0]])].map(unseen)],
      hooks: { drawAxes: [draw] },
    };
  },
};

/** The look of changes in percent: a line for each ticker. */
export const changes = {
  key: (model) => model.names.map((name, place) => [`${MARKS[place]} ${name}`, WORDS[place]]),
  read: (model, place) => [
    [iso(model.days[place])],
    ...model.names.map((name, at) => [`${MARKS[at]} ${name} ${model.lines[at][place] === null ? "–" : `${signed(model.lines[at][place], 2)} %`}`, WORDS[at]]),
  ],
  data: (model) => [model.at, ...model.lines],
  options(model, ink, zone, uPlot) {
    const draw = (plot) => model().lines.forEach((values, at) => drawLine(plot, { ...model().part(), values }, { colour: ink[LINES[at][0]], dash: LINES[at][1] }));
    return { ...frame(ink, zone, uPlot, () => room(model().extremes()), (number) => `${grouped(number, Math.abs(number) < 10 ? 1 : 0)} %`), series: [{}, ...model().names.map((_, at) => unseen(ink[LINES[at][0]]))], hooks: { drawAxes: [draw] } };
  },
};

/** The look of the volume below the prices. */
export const volumes = {
  data: (model) => [model.at, model.volume],
  options: (model, ink, zone, uPlot) => ({
    ...frame(ink, zone, uPlot, () => [0, Math.max(1, model().mostVolume()) * 1.08], compact),
    series: [{}, unseen(ink.muted)],
    hooks: { drawAxes: [(plot) => drawVolume(plot, { ...model().part(), values: model().volume }, ink.muted)] },
  }),
};

/** Returns the ends of the axis of values, with some room around them. */
function room([low, high]) {
  if (!(high >= low)) return [0, 1];
  const more = Math.max((high - low) * 0.06, Math.abs(high) * 0.0005, 0.01);
  return [low - more, high + more];
}
