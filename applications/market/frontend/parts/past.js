// The trades of a chosen time: charts and table, read again while the time ends now.

import { candlesIn, flowIn, volumeIn } from "#kit/range-charts.js";
import { all, copyOf, one, parts, reconcile, setCell, setText, setTime } from "#kit/dom.js";
import { compact, grouped, signed } from "#kit/format.js";
import { followRange } from "#kit/time-range.js";

const PRICES = ["first", "high", "low", "last"];
const COUNTS = ["bought", "sold", "trades", "bought_shares", "sold_shares", "value"];
const below = (numbers) => numbers.map((number) => (number === null ? null : -number));
let view = {};
let specs = null;

/** Shows the embedded time, if the page has one; returns whether it has. */
export function showPast() {
  const node = document.getElementById("past");
  if (!node) return false;
  const data = JSON.parse(node.textContent);
  show(data);
  if (data.range.live) followRange(one("[data-json]").href, show);
  return true;
}

function show(data) {
  const moved = view.step !== data.range.step;
  Object.assign(view, data.range);
  if (moved) specs = { flow: flowIn(view), volume: volumeIn(view), price: candlesIn(view) };
  draw("flow", [data.at, data.bought, below(data.sold)]);
  draw("volume", [data.at, data.value]);
  if (data.last) draw("price", [data.at, ...PRICES.map((name) => data[name])]);
  for (const node of all("[data-sum]")) setText(node, sumOf(node.dataset.sum, data.sums));
  showTable(data);
}

/** Returns the text of one of the figures of the whole time. */
function sumOf(name, sums) {
  if (name === "change") return signed(sums.change, 2);
  return PRICES.includes(name) ? grouped(sums[name], 2) : compact(sums[name]);
}

const draw = (name, columns) => one(`[data-chart="${name}"]`)?.show(specs[name], columns);

function showTable(data) {
  const places = data.at.map((_, place) => place).filter((place) => data.bought[place] !== null).reverse();
  one("[data-no-trade]").hidden = places.length > 0;
  one("[data-waits]").hidden = !data.waits;
  const make = () => copyOf(one("template[data-step-row]"));
  const fill = (row, place) => fillStep(row, data, place);
  reconcile(one("[data-steps]"), places, { key: (place) => data.at[place], make, fill });
}

function fillStep(row, data, place) {
  const cells = parts(row);
  setTime(cells.at, new Date(data.at[place] * 1000).toISOString());
  for (const name of PRICES) if (cells[name]) setText(cells[name], grouped(data[name][place], 2));
  const numbers = { ...Object.fromEntries(Object.keys(cells).map((name) => [name, data[name]?.[place]])), trades: data.bought[place] + data.sold[place] };
  for (const name of COUNTS) setCell(cells[name], grouped(numbers[name]));
}
