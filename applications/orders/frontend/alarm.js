// The page of one alarm: draws the server's curve, and adds live counts while the alarm is open.

import "#kit/line-chart.js";

import { lasted, MOST, placeOf } from "./parts/alarms.js";
import { count } from "#kit/charts.js";
import { Counts } from "./parts/counts.js";
import { copyOf, one, parts, reconcile, setCell, setText, setTime } from "#kit/dom.js";
import { grouped } from "#kit/format.js";
import { ask, everySecond, follow } from "#kit/live.js";
import { hearSignals, watchSignals } from "#kit/signals.js";

const ONLY = "alarm";
const page = one("[data-page]");
const { topic, historyTopic, alarm: address } = page.dataset;
const curve = document.getElementById("curve");
const embedded = curve ? JSON.parse(curve.textContent) : [];
const counts = new Counts(MOST / 1000);
let found = null; // the alarm, in its last state from the server
counts.replace({ [ONLY]: embedded });

function paint() {
  const columns = counts.columns(ONLY);
  if (columns[0].length) one("line-chart")?.show(count, columns);
}

function show(data) {
  hearSignals(data);
  found = data.alarms.find((alarm) => alarm.alarm_url === address) ?? found;
  if (!found) return;
  showFacts(data);
  const site = data.sites.find(({ site: name }) => name === found.site);
  if (site && embedded.length) addCounts([[Date.parse(data.now), site.lines, site.threshold]]);
}

function showFacts({ watermark }) {
  const cells = parts(page);
  for (const node of [cells.open, cells.opened]) node.hidden = Boolean(found.ended);
  cells.over.hidden = cells.long.hidden = !found.ended;
  setTime(cells.ended, found.ended);
  setText(cells.lasted, lasted(found));
  if (watermark && !found.ended) setTime(cells.reached, watermark);
  for (const name of ["peak", "lines", "notifications", "suppressed"]) setCell(cells[name], grouped(found[name]));
}

/** Adds points of [epoch ms, count, threshold] to the curve, up to its end. */
function addCounts(rows) {
  const places = rows.map(([at]) => placeOf(found, embedded[0][0], at));
  const wanted = rows.filter((_, index) => places[index] === "yes");
  if (wanted.length === 1) counts.add(ONLY, ...wanted[0]);
  else counts.merge(ONLY, wanted);
  if (places.includes("cut")) one("[data-cut]").hidden = false;
}

function showSpans() {
  const make = () => copyOf(one("template[data-span]"));
  reconcile(one("[data-spans]"), counts.steps(ONLY), { key: ([at]) => at, make, fill: fillSpan });
}

function fillSpan(row, [at, lines, threshold]) {
  const cells = parts(row);
  setTime(cells.from, new Date(at).toISOString());
  setText(cells.count, lines === null ? "–" : grouped(lines));
  setText(cells.held, grouped(threshold));
}

/** Fetches the seconds that were missed while the connection was lost or the page was hidden. */
async function fillGap() {
  const { message } = await ask(historyTopic);
  if (message && found) addCounts(message.data.sites[found.site] ?? []);
}

function followAlarm() {
  let wasLive = true;
  document.addEventListener("line", () => {
    const live = document.documentElement.dataset.line === "live";
    if (live && !wasLive) fillGap();
    wasLive = live;
  });
  document.addEventListener("visibilitychange", () => document.hidden || fillGap());
  follow({ [topic]: show });
  watchSignals();
  everySecond(() => {
    paint();
    if (embedded.length && one("[data-twin]").open) showSpans();
  });
}

paint();
if (topic) followAlarm();
