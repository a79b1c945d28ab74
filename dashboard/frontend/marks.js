// Events on the time axes of a page's charts. The list on the page is their text; its numbers stand in the charts.

const items = () => [...document.querySelectorAll("[data-marks] [data-at]")];

let reached = Infinity; // the moment of a replay, in milliseconds

/** Hides the marks that a replay has not reached: `moment` is in milliseconds, null once the replay is over. */
export function reach(moment) {
  reached = moment ?? Infinity;
  for (const item of items()) item.hidden = Number(item.dataset.at) > reached;
  const none = document.querySelector("[data-marks] [data-none]");
  if (none) none.hidden = items().some((item) => !item.hidden);
}

/**
 * Returns the marks between two times in seconds, with their numbers: [{ number, from, to }]. `of` and `on`: the thing
 * and the stream that a chart is about, or ""; `last`: the moment in milliseconds after which there are none yet.
 */
export function within(marks, start, end, of = "", on = "", last = Infinity) {
  return marks
    .map(({ at, until, about, on: stream }, place) => ({ number: place + 1, from: at / 1000, to: Math.min(until ?? at, last) / 1000, about, stream }))
    .filter(({ from, to, about, stream }) => from * 1000 <= last && to >= start && from <= end && (!about || !of || about === of) && (!stream || !on || stream === on))
    .map(({ number, from, to }) => ({ number, from, to }));
}

function listed() {
  return items().map(({ dataset }) => ({ at: Number(dataset.at), until: dataset.until && Number(dataset.until), about: dataset.about, on: dataset.on }));
}

/** Draws the page's marks into a chart of uPlot: a dashed line each, a shade for one that lasts, and the number. */
export function drawMarks(plot, { muted: ink, surface: ground }) {
  const { min, max } = plot.scales.x;
  const card = plot.root.closest("[data-site]");
  const found = within(listed(), min, max, card ? card.dataset.key || card.dataset.site : "", plot.root.closest("[data-on]")?.dataset.on, reached);
  if (!found.length) return;
  const { ctx, bbox: box } = plot;
  const place = (time) => Math.round(plot.valToPos(Math.min(max, Math.max(min, time)), "x", true));
  ctx.save();
  [ctx.strokeStyle, ctx.fillStyle, ctx.lineWidth, ctx.textBaseline, ctx.textAlign] = [ink, ink, devicePixelRatio, "top", "left"];
  ctx.font = `${11 * devicePixelRatio}px system-ui`;
  let free = -Infinity; // numbers of marks that are close together would hide each other: the first stands for them
  for (const { number, from, to } of found) {
    const x = place(from);
    ctx.globalAlpha = 0.12;
    ctx.fillRect(x, box.top, place(to) - x, box.height);
    ctx.globalAlpha = 1;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(x, box.top);
    ctx.lineTo(x, box.top + box.height);
    ctx.stroke();
    if (x < free) continue;
    const [left, wide] = [x + devicePixelRatio, ctx.measureText(number).width + 4 * devicePixelRatio];
    ctx.fillStyle = ground; // a number could not be read on a bar
    ctx.fillRect(left, box.top, wide, 14 * devicePixelRatio);
    ctx.fillStyle = ink;
    ctx.fillText(number, left + 2 * devicePixelRatio, box.top + 2 * devicePixelRatio);
    free = left + wide + 2 * devicePixelRatio;
  }
  ctx.restore();
}
