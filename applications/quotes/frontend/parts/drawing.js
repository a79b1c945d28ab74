// What the charts of quotes draw themselves, on the canvas of uPlot: candles, bands, bars of volume, live minutes.
// A view of decades has many days in each column of pixels; those are drawn once, from their lowest to their highest.

export const DAY = 86_400; // seconds
const CANDLE = 4; // pixels of a day from which on it is a candle

/** Returns whether the days are wide enough for candles. */
export const hasCandles = (plot) => (plot.bbox.width / devicePixelRatio) * (DAY / (plot.scales.x.max - plot.scales.x.min)) >= CANDLE;

/** Calls `draw` with the canvas, clipped to the plot. */
function clipped(plot, draw) {
  const { ctx, bbox: box } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.left, box.top, box.width, box.height);
  ctx.clip();
  draw(ctx);
  ctx.restore();
}

/** Returns functions from days and values to pixels; faster than uPlot's own, which look up their scale each time. */
function scalesOf(plot) {
  const { bbox: box, scales } = plot;
  const across = box.width / (scales.x.max - scales.x.min);
  const up = box.height / (scales.y.max - scales.y.min);
  return { x: (second) => box.left + (second - scales.x.min) * across, y: (value) => box.top + (scales.y.max - value) * up, across };
}

/**
 * Draws a line through the values that are known, a point for every `least` pixels: a view of years has more days than the
 * eye can tell apart. uPlot's own lines have round joins, which cost most of a frame without a graphics card.
 */
export function drawLine(plot, { at, values, start, end }, { colour, width = 1.5, dash = [], least = 1 }) {
  clipped(plot, (ctx) => {
    const { x, y, across } = scalesOf(plot);
    const ratio = devicePixelRatio;
    const step = Math.max(1, Math.floor((least * ratio) / (across * DAY)));
    [ctx.strokeStyle, ctx.lineWidth, ctx.lineJoin] = [colour, width * ratio, "bevel"];
    ctx.setLineDash(dash.map((length) => length * ratio));
    ctx.beginPath();
    let down = false;
    const put = (place) => {
      if (values[place] === null) return;
      ctx[down ? "lineTo" : "moveTo"](x(at[place]), y(values[place]));
      down = true;
    };
    for (let place = start - (start % step); place < end; place += step) put(place); // the same days in each frame: it must not shake
    if (end > start) put(end - 1);
    ctx.stroke();
  });
}

/** Draws the band from low to high of each day, one rectangle for each column of pixels. */
export function drawBand(plot, { at, high, low, start, end }, colour) {
  clipped(plot, (ctx) => {
    const { x, y, across } = scalesOf(plot);
    const width = Math.max(1, Math.floor(across * DAY)); // whole pixels need no smoothing of edges
    ctx.fillStyle = colour;
    let [column, top, bottom] = [NaN, 0, 0];
    const put = () => {
      if (Number.isNaN(column)) return;
      const above = Math.round(y(top));
      ctx.fillRect(column, above, width, Math.max(1, Math.round(y(bottom)) - above));
    };
    for (let place = start; place < end; place += 1) {
      const pixel = Math.floor(x(at[place]));
      if (pixel === column) {
        if (high[place] > top) top = high[place];
        if (low[place] < bottom) bottom = low[place];
        continue;
      }
      put();
      [column, top, bottom] = [pixel, high[place], low[place]];
    }
    put();
  });
}

/** Draws a candle for each day: hollow where it rose, filled where it fell. */
export function drawCandles(plot, { at, open, high, low, close, start, end }, ink) {
  clipped(plot, (ctx) => {
    const { x, y, across } = scalesOf(plot);
    const ratio = devicePixelRatio;
    const width = Math.max(ratio, Math.min(18 * ratio, across * DAY * 0.7));
    ctx.lineWidth = ratio;
    for (const rose of [true, false]) {
      ctx.strokeStyle = rose ? ink.bought : ink.sold;
      ctx.fillStyle = rose ? ink.surface : ink.sold;
      ctx.beginPath();
      for (let place = start; place < end; place += 1) {
        if (close[place] >= open[place] !== rose) continue;
        const middle = Math.round(x(at[place])) + 0.5;
        ctx.moveTo(middle, y(high[place]));
        ctx.lineTo(middle, y(low[place]));
      }
      ctx.stroke();
      ctx.beginPath();
      for (let place = start; place < end; place += 1) {
        if (close[place] >= open[place] !== rose) continue;
        const [top, bottom] = [y(Math.max(open[place], close[place])), y(Math.min(open[place], close[place]))];
        ctx.rect(Math.round(x(at[place])) + 0.5 - width / 2, top, width, Math.max(ratio, bottom - top));
      }
      ctx.fill();
      ctx.stroke();
    }
  });
}

/** Draws the volume of each day, of the greatest day in each column of pixels. */
export function drawVolume(plot, { at, values, start, end }, colour) {
  clipped(plot, (ctx) => {
    const { x, y, across } = scalesOf(plot);
    const width = Math.max(1, Math.floor(across * DAY * 0.7));
    const floor = Math.round(y(0));
    ctx.fillStyle = colour;
    let [column, most] = [NaN, 0];
    const put = () => Number.isNaN(column) || ctx.fillRect(column, Math.round(y(most)), width, floor - Math.round(y(most)));
    for (let place = start; place < end; place += 1) {
      const pixel = Math.floor(x(at[place]) - width / 2);
      if (pixel === column) {
        most = Math.max(most, values[place] ?? 0);
        continue;
      }
      put();
      [column, most] = [pixel, values[place] ?? 0];
    }
    put();
  });
}

/** Draws the minutes of a day, [second, first, high, low, last] each: their lasts as a line, in the band of high and low. */
export function drawMinutes(plot, minutes, ink) {
  clipped(plot, (ctx) => {
    const { x, y, across } = scalesOf(plot);
    const width = Math.max(1, across * 60);
    ctx.fillStyle = ink["accent-wash"];
    for (const [at, , high, low] of minutes) ctx.fillRect(x(at), y(high), width, Math.max(1, y(low) - y(high)));
    ctx.strokeStyle = ink.accent;
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.beginPath();
    minutes.forEach(([at, , , , last], place) => ctx[place ? "lineTo" : "moveTo"](x(at + 30), y(last)));
    ctx.stroke();
  });
}
