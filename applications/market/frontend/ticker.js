// The page of one ticker.

import "#kit/line-chart.js";
import "#kit/time-range.js";

import { candlesIn, flowIn, volumeIn } from "#kit/range-charts.js";
import { copyOf, one, parts, reconcile, setCell, setText, setTime } from "#kit/dom.js";
import { compact, grouped } from "#kit/format.js";
import { everyMinute } from "#kit/gaps.js";
import { follow } from "#kit/live.js";
import { hearSignals, watchSignals } from "#kit/signals.js";
import { showPast } from "./parts/past.js";

const past = showPast();
const view = { step: 60 };
const specs = { price: candlesIn(view), volume: volumeIn(view), flow: flowIn(view) };
const kpi = (name, text) => setText(one(`[data-kpi="${name}"]`), text);

function showTicker(data) {
  hearSignals(data);
  if (past) return;
  const { minutes } = data;
  one("[data-none]").hidden = minutes.length > 0;
  one("[data-content]").hidden = !minutes.length;
  if (!minutes.length) return;
  const now = minutes.at(-1);
  for (const name of ["last", "low", "high"]) kpi(name, grouped(now[name], 2));
  for (const name of ["bought", "sold"]) kpi(name, grouped(now[name]));
  for (const name of ["bought_shares", "sold_shares"]) kpi(name, compact(now[name]));
  setTime(one("[data-kpi-minute]"), now.minute);
  showCharts(minutes);
  const make = () => copyOf(one("template[data-minute]"));
  reconcile(one("[data-minutes]"), [...minutes].reverse(), { key: (row) => row.minute, make, fill: fillMinute });
}

/** Shows the hour up to the newest minute; a minute without a trade is a gap. */
function showCharts(minutes) {
  const at = everyMinute(minutes);
  const found = new Map(minutes.map((minute) => [Date.parse(minute.minute) / 1000, minute]));
  const column = (name, sign = 1) => at.map((moment) => (found.has(moment) ? sign * found.get(moment)[name] : null));
  view.end = at.at(-1) + 60;
  view.start = view.end - 3600;
  const show = (name, ...columns) => one(`[data-chart="${name}"]`).show(specs[name], [at, ...columns]);
  show("price", ...["first", "high", "low", "last"].map((name) => column(name)));
  show("volume", column("value"));
  show("flow", column("bought"), column("sold", -1));
}

function fillMinute(row, minute) {
  const cells = parts(row);
  setTime(cells.minute, minute.minute);
  setText(cells.open, minute.closed ? "" : "open");
  for (const name of ["first", "low", "high", "last"]) setCell(cells[name], grouped(minute[name], 2));
  for (const name of ["bought", "sold", "bought_shares", "sold_shares", "value"]) setCell(cells[name], grouped(minute[name]));
}

follow({ [one("[data-page]").dataset.topic]: showTicker });
watchSignals();
