// The words and figures around the chart: the days, the figures above it, the addresses, and the table below it.

import { addressOf } from "#kit/addresses.js";
import { all, made, one, setText } from "#kit/dom.js";
import { grouped, signed } from "#kit/format.js";
import { daysIn, iso, ranges } from "./view.js";

const ROWS = 120; // of the table, as in showing.py
const kpi = (name, text) => setText(one(`[data-kpi="${name}"]`), text);

const edges = { first: one("[data-first]"), last: one("[data-last]") }; // looked up once: a drag asks in each frame

/** Shows the days of a view. */
export function showDays(view) {
  for (const [name, day] of Object.entries(daysIn(view))) if (setText(edges[name], iso(day))) edges[name].dateTime = iso(day);
}

/** Writes the range of a view into the page's address, its links and its forms. */
export function keepRange(view, bounds) {
  const { shown, earlier, later } = ranges(view, bounds);
  history.replaceState(null, "", addressOf(shown, location.href));
  for (const link of all("[data-get], [data-without]")) link.href = addressOf(shown, link.href);
  for (const field of all("[data-range-kept]")) field.value = shown;
  one("#range-text").value = shown;
  for (const link of all("[data-preset]")) link.removeAttribute("aria-current");
  for (const [name, range] of [["earlier", earlier], ["later", later]]) {
    const link = one(`[data-${name}]`);
    if (!link) continue;
    link.hidden = !range;
    if (range) link.href = addressOf(range, link.href);
  }
}

/** Shows the figures of the days shown of a model of prices. */
export function showFigures(model) {
  const { start, end } = model.places();
  const last = end - 1;
  if (last < start) return;
  const { close, days, decimals } = model;
  const before = close[last - 1];
  const price = (value) => grouped(value, decimals);
  kpi("close", price(close[last]));
  kpi("day", iso(days[last]));
  one('[data-kpi="live"]').hidden = days[last] !== model.liveDay;
  kpi("percent", before ? `${signed(((close[last] - before) * 100) / before, 2)} %` : "–");
  kpi("change", before ? signed(close[last] - before, decimals) : "");
  const over = ((close[last] - close[start]) * 100) / close[start];
  kpi("over", `${signed(over, Math.abs(over) < 1000 ? 1 : 0)} %`);
  const pick = (values, better) => values.slice(start, end).reduce((one, other) => better(one, other));
  kpi("low", price(pick(model.low, Math.min)));
  kpi("high", price(pick(model.high, Math.max)));
}

/** Fills the table with the newest days shown. */
export function showTable(model) {
  const { start, end } = model.places();
  const rows = document.createDocumentFragment();
  for (let place = end - 1; place >= Math.max(start, end - ROWS); place -= 1) {
    const row = made(rows, "tr");
    const day = made(row, "th", { scope: "row", textContent: iso(model.days[place]) });
    if (model.days[place] === model.liveDay) day.append(" ", Object.assign(document.createElement("span"), { className: "aside", textContent: "so far" }));
    for (const text of cells(model, place)) made(row, "td", { textContent: text });
  }
  one("[data-days]").replaceChildren(rows);
  one("[data-cut]").hidden = end - start <= ROWS;
  setText(one("[data-count]"), grouped(end - start));
}

function cells(model, place) {
  if (model.names) return model.lines.map((line) => (line[place] === null ? "–" : signed(line[place], 2)));
  const price = (value) => grouped(value, model.decimals);
  const before = model.close[place - 1];
  const change = before ? signed(((model.close[place] - before) * 100) / before, 2) : "–";
  const own = ["open", "high", "low", "close"].map((name) => price(model[name][place]));
  return [...own, change, price(model.adj_close[place]), grouped(model.volume[place]), ...model.lines.map((line) => price(line[place]))];
}
