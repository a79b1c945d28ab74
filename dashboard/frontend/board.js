// The page of a board: live, paused, or of the past.

import "./line-chart.js";

import { all, one } from "./dom.js";
import { everySecond, follow, hearing, pulse, situation } from "./live.js";
import { replayed } from "./parts/past.js";
import { showPanels, showStanding, showTwins } from "./parts/panels.js";
import { judge } from "./standing.js";

const page = one("[data-page]");
const { topic, version } = page.dataset;
const board = one("[data-board]");
let newest = { panels: [] }; // of the page's own time
let last = newest; // as it is drawn
let bar = null; // of a replay
let own = null; // the page's address without the moment of a replay

function show(data) {
  if (data.gone || String(data.version) !== version) return location.reload();
  newest = data;
  if (!bar?.on && !draw(data)) location.reload();
}

/** Draws a snapshot; returns false if the page has other panels. */
function draw(data) {
  if (!(board ? showPanels(data) : !data.panels.length)) return false;
  last = data;
  showTwins(data);
  for (const link of all("[data-csv]")) link.href = inRange(link.href, data.range);
  return true;
}

/** Returns an address with the time that the page shows. */
function inRange(href, { start, end, until }) {
  const address = new URL(href);
  address.searchParams.set("range", `${start}..${end}`);
  if (until) address.searchParams.set("until", until);
  else address.searchParams.delete("until");
  return address.href;
}

function watch(now) {
  const { heard, database, pausedAt } = hearing();
  last.panels.forEach((panel, place) => {
    if (!panel.stream || panel.error) return;
    const ms = (iso) => (iso ? Date.parse(iso) : null);
    const workers = pulse() ? (pulse().workers[panel.application]?.[panel.stream] ?? 0) : null;
    const drained = Boolean(pulse()?.drained[panel.application]?.includes(panel.stream));
    const ahead = pulse()?.ahead?.[panel.application]?.[panel.stream] ?? 0;
    const elsewhere = pulse()?.elsewhere?.[panel.application]?.[panel.stream] ?? "";
    const facts = { newest: ms(panel.newest), watermark: ms(panel.watermark), workers, drained, ahead, elsewhere, heard: heard && database };
    showStanding(place, judge({ ...facts, now: pausedAt ?? now }), { ...panel, elsewhere });
  });
}

/** Keeps the moment of a pause in the address, so that it can be sent to somebody else. */
function showPause() {
  const { paused, upTo } = situation() ?? {};
  const address = new URL(location.href);
  if (Boolean(paused) === address.searchParams.has("at")) return;
  if (paused) address.searchParams.set("at", new Date(upTo).toISOString());
  else address.searchParams.delete("at");
  history.replaceState(null, "", address);
}

/** Keeps the moment at which a replay of a range stands in the address, as that of a pause. */
function showMoment({ start, end }, until) {
  own ??= location.href;
  const address = new URL(own);
  address.searchParams.delete("at");
  address.searchParams.set("range", `${start}..${end}`);
  address.searchParams.set("until", until);
  history.replaceState(null, "", address);
}

/** Shows the page's own time again. */
function endReplay() {
  if (newest.range.until) return location.assign(inRange(location.href, { ...newest.range, until: "" }));
  if (own) history.replaceState(null, "", own);
  own = null;
  draw(newest);
}

for (const field of all("[data-submits]")) field.addEventListener("change", () => field.form.requestSubmit());
for (const twin of all("[data-twin]")) twin.addEventListener("toggle", () => showTwins(last));

if (one(".time-bar") && one("[data-board] > :not(.text-panel)")) {
  bar = replayed(one(".time-bar"), page.dataset.url, { range: () => newest.range, show: draw, rest: showMoment, end: endReplay });
}

if (topic) {
  follow({ [topic]: show });
  everySecond(watch, { always: true });
  document.addEventListener("line", () => {
    watch(hearing().now);
    showPause();
  });
} else {
  newest = JSON.parse(document.getElementById("past").textContent);
  draw(newest);
  if (newest.range.until) bar?.go(Date.parse(newest.range.until));
}
