// The page of one stream: polls its figures and readers, and each minute its curves.

import "./line-chart.js";
import "./time-range.js";

import { all, one, setText } from "./dom.js";
import { grouped, span } from "./format.js";
import { showReaders, showUnattended } from "./readers.js";
import { ask, follow } from "./state-poll.js";
import { arrivals, lagging, lagColumns } from "./stream-charts.js";

const page = one("[data-page]");
const kpi = (name, text) => setText(one(`[data-kpi="${name}"]`), text);
let curve = JSON.parse(document.getElementById("curve").textContent);
const per = curve.step === 60 ? "minute" : span(curve.step);
const specs = { records: arrivals("records", per), bytes: arrivals("bytes", per) };
let lags = null;

function paint() {
  for (const chart of all("line-chart[data-chart]")) {
    const name = chart.dataset.chart;
    if (name !== "lags") chart.show(specs[name], [curve.minutes, curve[name]]);
  }
  const names = Object.keys(curve.lags);
  one("[data-lags]").hidden = !names.length;
  if (!names.length) return;
  if (lags?.names.join() !== names.join()) lags = { names, spec: lagging(names) };
  one('line-chart[data-chart="lags"]').show(lags.spec, lagColumns(curve));
}

function show({ stream, readers }) {
  kpi("rate", grouped(stream.rate, 1));
  kpi("age", stream.age === null ? "–" : span(stream.age));
  if (!stream.untold) kpi("age-note", stream.age === null ? "none has arrived" : "ago");
  kpi("records", grouped(stream.records));
  kpi("open", grouped(stream.open));
  if (stream.closed !== null) kpi("closed", `${grouped(stream.closed)} closed`);
  one("[data-nobody]").hidden = readers.length > 0;
  showReaders(one("[data-readers]"), readers);
  showUnattended(one("[data-unattended]"), readers);
}

async function renew() {
  if (document.hidden) return;
  const { data } = await ask(page.dataset.curveUrl);
  if (!data || data.error) return;
  curve = data;
  paint();
}

paint();
follow(page.dataset.stateUrl, show);
if ("live" in page.dataset) {
  setInterval(renew, 60_000);
  document.addEventListener("visibilitychange", renew);
}
