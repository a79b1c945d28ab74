// Events on the time axes of a page's charts. The list on the page is their text; its numbers stand in the charts.

/** Returns the marks between two times in seconds, with their numbers: [{ number, from, to }]. `of`: the thing that a chart is about, or "". */
export function within(marks, start, end, of = "") {
  return marks
    .map(({ at, until, about }, place) => ({ number: place + 1, from: at / 1000, to: (until ?? at) / 1000, about }))
    .filter(({ from, to, about }) => to >= start && from <= end && (!about || !of || about === of))
    .map(({ number, from, to }) => ({ number, from, to }));
}

function listed() {
  return [...document.querySelectorAll("[data-marks] [data-at]")].map(({ dataset }) => ({ at: Number(dataset.at), until: dataset.until && Number(dataset.until), about: dataset.about }));
}

/** Draws the page's marks into a chart of uPlot: a dashed line each, a shade for one that lasts, and the number. */
export function drawMarks(plot, ink) {
  const { min, max } = plot.scales.x;
  const card = plot.root.closest("[data-site]");
  const found = within(listed(), min, max, card ? card.dataset.key || card.dataset.site : "");
  if (!found.length) return;
  const { ctx, bbox: box } = plot;
  const place = (time) => Math.round(plot.valToPos(Math.min(max, Math.max(min, time)), "x", true));
  ctx.save();
  [ctx.strokeStyle, ctx.fillStyle, ctx.lineWidth, ctx.textBaseline] = [ink, ink, devicePixelRatio, "top"];
  ctx.font = `${11 * devicePixelRatio}px system-ui`;
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
    ctx.fillText(String(number), x + 3 * devicePixelRatio, box.top + 2 * devicePixelRatio);
  }
  ctx.restore();
}
