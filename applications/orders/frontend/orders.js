// The orders page.

import "./parts/alarm-timeline.js";
import "#kit/line-chart.js";

import { lasted } from "./parts/alarms.js";
import { count } from "#kit/charts.js";
import { showPast } from "./parts/past.js";
import { Counts, stateOf } from "./parts/counts.js";
import { copyOf, one, parts, reconcile, setCell, setText, setTime } from "#kit/dom.js";
import { grouped, percentOf } from "#kit/format.js";
import { ask, everySecond, follow, serverNow } from "#kit/live.js";
import { hearSignals, watchSignals } from "#kit/signals.js";
import { zoneTitle } from "#kit/zone.js";
import "#kit/time-range.js";

const page = one("[data-page]");
const { topic, historyTopic } = page.dataset;
const counts = new Counts();
const WORDS = { quiet: "quiet", elevated: "elevated", alarm: "ALARM since" };
const past = showPast();
const now = Boolean(one("[data-sites]")); // a time that has passed has no counts of now
let sites = [];
let alarms = [];
let asked = -Infinity;

function showOrders(data) {
  hearSignals(data);
  ({ sites, alarms } = data);
  const empty = !data.newest && !data.sites.length;
  one("[data-empty]").hidden = !empty;
  one("[data-content]").hidden = empty;
  if (!now) return;
  counts.keep(sites.map((site) => site.site));
  if (sites.some((site) => !counts.has(site.site))) fillGap(); // a site without points appears
  for (const site of sites) counts.add(site.site, Date.parse(data.now), site.lines, site.threshold);
  const make = () => copyOf(one("template[data-site-card]"));
  reconcile(one("[data-sites]"), sites, { key: (site) => site.site, make, fill: fillSite });
  setText(one("[data-more]"), more(data.total - sites.length));
  one("[data-no-alarms]").hidden = alarms.length > 0;
  one("[data-alarms-shown]").hidden = !alarms.length;
  const row = () => copyOf(one("template[data-alarm]"));
  reconcile(one("[data-alarms]"), alarms, { key: (alarm) => `${alarm.site} ${alarm.started}`, make: row, fill: fillAlarm });
}

/** Shows how many sites the page leaves out. */
const more = (count) => (count > 0 ? `${grouped(sites.length)} of ${grouped(sites.length + count)} sites: those in alarm, then those nearest to their threshold.` : "");

function fillSite(card, site) {
  const cells = parts(card);
  const state = stateOf(site);
  card.dataset.site = site.site;
  card.dataset.state = state;
  if (setText(cells.site, site.site)) {
    cells.site.href = site.url;
    one("line-chart", card).setAttribute("aria-label", `Order lines in the last 15 s over five minutes, ${site.site}`);
  }
  setText(cells.state, WORDS[state]);
  setTime(cells.since, site.alarm?.started);
  setText(cells.lines, grouped(site.lines));
  setText(cells.threshold, grouped(site.threshold));
  cells.bar.setAttribute("width", percentOf(site.lines * 0.75, site.threshold));
}

function fillAlarm(row, alarm) {
  const cells = parts(row);
  row.toggleAttribute("data-open", !alarm.ended);
  setText(cells.site, alarm.site);
  cells.site.href = alarm.url;
  cells.alarm.href = alarm.alarm_url;
  setTime(cells.started, alarm.started);
  setTime(cells.ended, alarm.ended);
  setText(cells.open, alarm.ended ? "" : "open");
  setText(cells.duration, lasted(alarm));
  for (const name of ["peak", "threshold", "lines", "notifications", "suppressed"]) setCell(cells[name], grouped(alarm[name]));
}

function showCounts(moment) {
  if (!now) return;
  one("alarm-timeline").show(alarms, moment);
  if (past) return past.draw();
  for (const site of sites) {
    const card = one(`[data-sites] [data-key="${CSS.escape(site.site)}"]`);
    const columns = counts.columns(site.site);
    if (card && columns[0].length) one("line-chart", card).show(count, columns);
  }
  showSpans();
}

function cell(name, text = "") {
  const node = document.createElement(name);
  node.textContent = text;
  return node;
}

/** Fills the table of the counts, while it is open. */
function showSpans() {
  if (!one("[data-twin]").open) return;
  const names = sites.map((site) => site.site);
  reconcile(one("[data-count-head]"), ["", ...names], { key: (name) => `site ${name}`, make: headCell, fill: fillHead });
  reconcile(one("[data-counts]"), counts.spans(names), { key: ([start]) => start, make: spanRow, fill: fillSpan });
}

function headCell() {
  const node = cell("th");
  node.scope = "col";
  return node;
}

const fillHead = (node, name) => setText(node, name || `From (${zoneTitle()})`);

function spanRow() {
  const row = cell("tr");
  const head = row.appendChild(cell("th"));
  head.scope = "row";
  head.appendChild(cell("time")).dataset.format = "second";
  return row;
}

function fillSpan(row, [start, numbers]) {
  setTime(one("time", row), new Date(start).toISOString());
  while (row.children.length <= numbers.length) row.append(cell("td"));
  while (row.children.length > numbers.length + 1) row.lastChild.remove();
  numbers.forEach((number, place) => setCell(row.children[place + 1], grouped(number)));
}

/** Fetches the seconds that were missed in a gap. */
async function fillGap() {
  if (past || performance.now() - asked < 5000) return;
  asked = performance.now();
  const { message } = await ask(historyTopic);
  if (message) counts.replace(message.data.sites);
}

let wasLive = true;
document.addEventListener("line", () => {
  const live = document.documentElement.dataset.line === "live";
  if (live && !wasLive) fillGap();
  wasLive = live;
});
document.addEventListener("visibilitychange", () => document.hidden || fillGap());

follow({ [historyTopic]: (data) => counts.replace(data.sites), [topic]: showOrders }, [topic]);
watchSignals();
everySecond(showCounts);
showCounts(serverNow());
