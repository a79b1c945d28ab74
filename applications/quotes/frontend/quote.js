// The page of one ticker's days: a first chart of the days that the page brought along, then the whole history, in
// which the view moves; today's minutes join it at the right edge.

import "./parts/day-chart.js";

import { all, one } from "#kit/dom.js";
import { follow } from "#kit/live.js";
import { barOf, unpacked, withBar } from "./parts/figures.js";
import { Changes, FirstChanges, Prices } from "./parts/models.js";
import { keepRange, showDays, showFigures, showTable } from "./parts/words.js";
import { numberOf, ofDays } from "./parts/view.js";

const page = one("[data-page]");
const chart = one("day-chart");
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const about = read("view");
const minutes = new Map(about.minutes.map((minute) => [minute[0], minute]));
const first = numberOf(about.first);
const last = numberOf(about.last);
let bounds = { from: Math.min(first, numberOf(about.oldest)), to: Math.max(last, numberOf(about.newest)) + 1 };
let histories = null; // of this ticker and those it is compared with, once they are there
let model = null;


/** Shows the whole histories, or before they are there, the days that the page brought along. */
function show() {
  const today = [...minutes.values()].sort((one, other) => one[0] - other[0]);
  const bar = barOf(today);
  if (histories) {
    const [own, ...others] = histories;
    const whole = withBar(own, bar);
    const live = { ...about, minutes: today, liveDay: bar && whole.days.at(-1) === bar.day ? bar.day : null };
    model = others.length ? new Changes([whole, ...others]) : new Prices(whole, live);
  } else {
    const curve = read("curve");
    model = curve.percents ? new FirstChanges(curve) : new Prices(unpacked(curve), about);
  }
  chart.show(model, chart.view ?? ofDays(first, last), bounds);
}

/** Returns the history of a ticker; the browser keeps it, and asks whether it has changed. */
async function load(ticker) {
  const answer = await fetch(`${page.dataset.history}?ticker=${encodeURIComponent(ticker)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return unpacked(await answer.json());
}

async function loadAll() {
  try {
    histories = await Promise.all([about.ticker, ...about.others].map(load));
  } catch {
    one("[data-unloaded]").hidden = false;
    return;
  }
  show();
  page.dataset.whole = ""; // the view can move
}

function settle() {
  if (!model.names) showFigures(model);
  if (histories) showTable(model);
}

chart.addEventListener("move", ({ detail: view }) => showDays(view));
chart.addEventListener("settle", ({ detail: view }) => {
  keepRange(view, bounds);
  settle();
});
for (const form of all("[data-averages]")) form.addEventListener("change", () => form.requestSubmit());

show();
loadAll();

/** Takes the minutes of the last hour, of which those of today count. */
function hear(data) {
  const day = Math.floor(Date.parse(data.now) / 86_400_000);
  for (const minute of data.minutes) {
    const at = Date.parse(minute.minute) / 1000;
    if (Math.floor(at / 86_400) !== day) continue;
    minutes.set(at, [at, minute.first, minute.high, minute.low, minute.last, minute.bought_shares + minute.sold_shares]);
  }
  for (const at of minutes.keys()) if (Math.floor(at / 86_400) !== day) minutes.delete(at);
  if (!histories) return;
  show();
  settle();
}

if (page.dataset.topic) follow({ [page.dataset.topic]: hear });
