// The market page.

import "#kit/line-chart.js";
import "#kit/time-range.js";

import { flow } from "#kit/charts.js";
import { copyOf, one, parts, reconcile, setCell, setText, setTicker, setTime } from "#kit/dom.js";
import { compact, grouped, percentOf } from "#kit/format.js";
import { barColumns } from "#kit/gaps.js";
import { everySecond, follow } from "#kit/live.js";
import { hearSignals, isCurrent, watchSignals } from "#kit/signals.js";
import { showPast } from "./parts/past.js";

const page = one("[data-page]");
const past = showPast();
const ranked = Boolean(one("[data-ranking]")); // a time that has passed has no open minute
const kpi = (name, text) => setText(one(`[data-kpi="${name}"]`), text);
let minutes = []; // closed minutes of the last hour
let open = null;
let rate = null;

const SETTLE = 1000; // milliseconds: more frequent moves would make rows unreadable

/** Changes places and numbers together, at most once a second, so that no row is above one with more. */
class Ranking {
  #root;
  #list;
  #shownAt = 0;
  #later = 0;

  constructor(side) {
    this.#root = one(`[data-ranking="${side}"]`);
    this.#list = one("ol", this.#root);
  }

  show(rows, before) {
    clearTimeout(this.#later);
    const wait = this.#shownAt + SETTLE - performance.now();
    if (wait > 0) {
      this.#later = setTimeout(() => this.show(rows, before), wait);
      return;
    }
    this.#shownAt = performance.now();
    const make = () => copyOf(one("template[data-rank]"));
    const fill = (item, row) => fillRank(item, row, rows[0].trades);
    reconcile(this.#list, rows, { key: (row) => row.ticker, make, fill });
    one("[data-none]", this.#root).hidden = rows.length > 0;
    const winner = one("[data-winner]", this.#root);
    if (before) setTicker(winner, before, grouped(before.trades));
    else setText(winner, "–");
  }
}

function fillRank(item, row, top) {
  const { ticker, bar, trades } = parts(item);
  setText(ticker, row.ticker);
  ticker.href = row.url;
  setCell(trades, grouped(row.trades));
  bar.setAttribute("width", percentOf(row.trades, top));
}

function showLargest(node, largest) {
  if (largest) setTicker(node, largest, `${grouped(largest.shares)} shares`);
  else setText(node, "–");
}

const rankings = ranked ? { buy: new Ranking("buy"), sell: new Ranking("sell") } : {};

function showMarket(data) {
  hearSignals(data);
  open = data.open;
  one("[data-empty]").hidden = Boolean(data.newest);
  one("[data-content]").hidden = !data.newest;
  rate = data.rate;
  if (!ranked) return;
  showRate();
  for (const name of ["trades", "bought", "sold"]) kpi(name, grouped(open?.[name] ?? 0));
  for (const name of ["value", "shares"]) kpi(name, compact(open?.[name] ?? 0));
  for (const side of ["buy", "sell"]) rankings[side].show(open?.[side] ?? [], data.closed?.[side][0]);
  showLargest(one("[data-largest]"), open?.largest_sell);
  showLargest(one("[data-largest-before]"), data.closed?.largest_sell);
  setTime(one("[data-open-minute]"), open?.minute);
  showChart();
}

function showHistory(data) {
  if (past) return;
  minutes = data.minutes;
  one("[data-twin]").hidden = !minutes.length;
  const make = () => copyOf(one("template[data-minute]"));
  reconcile(one("[data-minutes]"), [...minutes].reverse(), { key: (row) => row.minute, make, fill: fillMinute });
  showChart();
}

function fillMinute(row, minute) {
  const cells = parts(row);
  setTime(cells.minute, minute.minute);
  for (const side of ["buy", "sell"]) {
    setText(cells[side], minute[side][0]?.ticker ?? "–");
    setText(cells[`${side}Trades`], minute[side][0]?.trades ?? "");
  }
  setText(cells.largest, minute.largest_sell?.ticker ?? "–");
  setText(cells.largestShares, minute.largest_sell ? grouped(minute.largest_sell.shares) : "");
  for (const name of ["bought", "sold", "trades", "shares", "value"]) setCell(cells[name], grouped(minute[name]));
}

function showChart() {
  const all = open ? [...minutes, open] : minutes;
  if (past || !all.length) return;
  one('[data-chart="flow"]').show(flow, barColumns(all));
}

follow({ [page.dataset.topic]: showMarket, [page.dataset.historyTopic]: showHistory });
watchSignals();

/** Shows the rate, or a dash unless it is current. */
function showRate() {
  kpi("rate", isCurrent() ? grouped(rate, 1) : "–");
}

document.addEventListener("look", showRate);
everySecond((now) => {
  if (!ranked || !isCurrent()) return;
  const gone = open ? Math.min(60, Math.max(0, (now - Date.parse(open.minute)) / 1000)) : 0;
  one("[data-race]").setAttribute("width", gone.toFixed(1));
});
