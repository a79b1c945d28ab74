// The look of charts over any time: bought and sold, candles, volume. x is in seconds; `view` is {start, end, step}.

import { axes, cursor, stamps, WHOLE } from "./charts.js";
import { compact, day, grouped, time } from "./format.js";

const SIZE = 64; // of the vertical axis, the same in all charts, so that times stand above one another

/** Returns what all charts of a view share: the span, axes, the zone, in which days have 23 or 25 hours at times. */
function frame(view, ink, zone, uPlot, value, steps) {
  const [across, up] = axes(ink, zone, "minute", { size: SIZE, value, steps });
  const label = (_, splits) => stamps(splits, zone, splits.length > 1 ? splits[1] - splits[0] : view.step);
  return {
    padding: [8, 24, 0, 0],
    tzDate: (at) => (zone === "utc" ? uPlot.tzDate(new Date(at * 1000), "UTC") : new Date(at * 1000)),
    scales: { x: { time: true, range: () => [view.start, Math.max(view.end, view.start + view.step)] } },
    axes: [{ ...across, values: label }, up],
    cursor: cursor(ink),
  };
}

/** Returns the words for the step at which the pointer is. */
const when = (at, index, zone) => [`${day(at[index] * 1000, zone)}, ${time(at[index] * 1000, "minute", zone)}`];
const NONE = ["no trade"];
const bars = (uPlot) => uPlot.paths.bars({ size: [0.7, 18], align: 1, radius: 0.1 });

/** Columns: times, bought, sold below the line. */
export function flowIn(view) {
  return {
    key: [["▲ bought", "buy-ink"], ["▼ sold", "sell-ink"], ["trades"]],
    read: ([at, bought, sold], index, zone) => [
      when(at, index, zone),
      ...(bought[index] === null
        ? [NONE]
        : [[`▲ ${grouped(bought[index])} bought`, "buy-ink"], [`▼ ${grouped(-sold[index])} sold`, "sell-ink"]]),
    ],
    options(ink, zone, uPlot) {
      const base = frame(view, ink, zone, uPlot, (number) => compact(Math.abs(number)), WHOLE);
      const bar = { paths: bars(uPlot), width: 0, points: { show: false } };
      const room = (_, low, high) => [Math.min(0, low) * 1.08, Math.max(1, high, -low) * 1.08];
      return {
        ...base,
        scales: { ...base.scales, y: { range: room } },
        cursor: { ...base.cursor, points: { show: false } },
        series: [{}, { ...bar, label: "bought", fill: ink.bought }, { ...bar, label: "sold", fill: ink.sold }],
      };
    },
  };
}

/** Returns a number of an axis, which may lie between two whole ones. */
const short = (number) => (number < 10 ? String(Number(number.toPrecision(2))) : compact(number));

/** Columns: times, value. */
export function volumeIn(view) {
  return {
    key: [["value, USD"]],
    read: ([at, value], index, zone) => [when(at, index, zone), value[index] === null ? NONE : [`${grouped(value[index])} USD`]],
    options(ink, zone, uPlot) {
      const base = frame(view, ink, zone, uPlot, short);
      return {
        ...base,
        scales: { ...base.scales, y: { range: (_, _low, high) => [0, Math.max(1, high) * 1.08] } },
        cursor: { ...base.cursor, points: { show: false } },
        series: [{}, { label: "value", paths: bars(uPlot), fill: ink.muted, width: 0, points: { show: false } }],
      };
    },
  };
}

/** Columns: times, first, high, low, last. A step that rose is hollow, one that fell is filled. */
export function candlesIn(view) {
  return {
    key: [["□ rose", "buy-ink"], ["■ fell", "sell-ink"], ["price, USD"]],
    read: ([at, first, high, low, last], index, zone) => [
      when(at, index, zone),
      ...(last[index] === null
        ? [NONE]
        : [
            [`first ${grouped(first[index], 2)}`], [`high ${grouped(high[index], 2)}`], [`low ${grouped(low[index], 2)}`],
            [`last ${grouped(last[index], 2)} USD`, last[index] >= first[index] ? "buy-ink" : "sell-ink"],
          ]),
    ],
    options(ink, zone, uPlot) {
      const base = frame(view, ink, zone, uPlot, (number) => grouped(number, 2));
      const unseen = { paths: () => null, points: { show: false } };
      return {
        ...base,
        scales: { ...base.scales, y: { range: (_, low, high) => priceRange(low, high) } },
        cursor: { ...base.cursor, points: { show: false } },
        series: [{}, ...["first", "high", "low", "last"].map((label) => ({ ...unseen, label }))],
        hooks: { draw: [(plot) => drawCandles(plot, view.step, ink)] },
      };
    },
  };
}

function priceRange(low, high) {
  if (low === null || low === undefined) return [0, 1];
  const room = Math.max((high - low) * 0.06, high * 0.0005, 0.01);
  return [low - room, high + room];
}

function drawCandles(plot, step, ink) {
  const [at, first, high, low, last] = plot.data;
  const { ctx } = plot;
  const [x, y] = [(value) => plot.valToPos(value, "x", true), (value) => plot.valToPos(value, "y", true)];
  const ratio = devicePixelRatio;
  const width = Math.max(ratio, Math.min(18 * ratio, (x(at[0] + step) - x(at[0])) * 0.7));
  ctx.save();
  ctx.beginPath();
  ctx.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
  ctx.clip();
  ctx.lineWidth = ratio;
  at.forEach((moment, place) => {
    if (last[place] === null) return;
    const rose = last[place] >= first[place];
    const middle = Math.round(x(moment + step / 2));
    const [top, bottom] = [Math.max(first[place], last[place]), Math.min(first[place], last[place])].map(y);
    ctx.strokeStyle = rose ? ink.bought : ink.sold;
    ctx.fillStyle = rose ? ink.surface : ink.sold;
    ctx.beginPath();
    ctx.moveTo(middle, y(high[place]));
    ctx.lineTo(middle, y(low[place]));
    ctx.stroke();
    const box = [middle - width / 2, top, width, Math.max(ratio, bottom - top)];
    ctx.fillRect(...box);
    ctx.strokeRect(...box);
  });
  ctx.restore();
}

/** Columns: times, highest count in 15 s, threshold. */
export function countIn(view) {
  return {
    key: [["most lines in 15 s", "accent-ink"], ["- - threshold", "sell-ink"]],
    read: ([at, peak, threshold], index, zone) => [
      when(at, index, zone),
      [peak[index] === null ? "not known" : `at most ${grouped(peak[index])} lines`, "accent-ink"],
      [`threshold ${grouped(threshold[index])}`, "sell-ink"],
    ],
    options(ink, zone, uPlot) {
      const base = frame(view, ink, zone, uPlot, compact, WHOLE);
      const line = { points: { show: false } };
      return {
        ...base,
        scales: { ...base.scales, y: { range: (_, _low, high) => [0, Math.max(1, high) * 1.15] } },
        series: [
          {},
          { ...line, label: "lines", stroke: ink.accent, width: 1.5, fill: ink["accent-wash"] },
          { ...line, label: "threshold", stroke: ink.sold, width: 1.25, dash: [5, 4] },
        ],
      };
    },
  };
}
