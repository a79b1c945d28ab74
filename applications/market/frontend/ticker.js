// The page of one ticker.

import "#kit/line-chart.js";

import { flow, price } from "#kit/charts.js";
import { copyOf, one, parts, reconcile, setCell, setText, setTime } from "#kit/dom.js";
import { compact, grouped } from "#kit/format.js";
import { barColumns, MINUTE, withGaps } from "#kit/gaps.js";
import { follow } from "#kit/live.js";
import { hearSignals, watchSignals } from "#kit/signals.js";

const kpi = (name, text) => setText(one(`[data-kpi="${name}"]`), text);

function showTicker(data) {
  hearSignals(data);
  const { minutes } = data;
  one("[data-none]").hidden = minutes.length > 0;
  one("[data-content]").hidden = !minutes.length;
  if (!minutes.length) return;
  const now = minutes.at(-1);
  for (const name of ["last", "low", "high"]) kpi(name, grouped(now[name], 2));
  for (const name of ["bought", "sold"]) kpi(name, grouped(now[name]));
  for (const name of ["bought_shares", "sold_shares"]) kpi(name, compact(now[name]));
  setTime(one("[data-kpi-minute]"), now.minute);
  one('[data-chart="price"]').show(price, columns(minutes, ["high", "low", "last"]));
  one('[data-chart="flow"]').show(flow, barColumns(minutes));
  const make = () => copyOf(one("template[data-minute]"));
  reconcile(one("[data-minutes]"), [...minutes].reverse(), { key: (row) => row.minute, make, fill: fillMinute });
}

/** Returns [seconds, values, …] with a gap for minutes without a trade. */
function columns(minutes, names) {
  const points = minutes.map((minute) => [Date.parse(minute.minute) / 1000, ...names.map((name) => minute[name])]);
  const whole = withGaps(points, MINUTE, ([start]) => [start + MINUTE, ...names.map(() => null)]);
  return whole[0].map((_, column) => whole.map((point) => point[column]));
}

function fillMinute(row, minute) {
  const cells = parts(row);
  setTime(cells.minute, minute.minute);
  setText(cells.open, minute.closed ? "" : "open");
  for (const name of ["low", "high", "last"]) setCell(cells[name], grouped(minute[name], 2));
  for (const name of ["bought", "sold", "bought_shares", "sold_shares", "value"]) setCell(cells[name], grouped(minute[name]));
}

follow({ [one("[data-page]").dataset.topic]: showTicker });
watchSignals();
