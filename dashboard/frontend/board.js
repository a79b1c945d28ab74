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
  for (const link of all("[data-csv]")) link.href = csvOf(link.href, data.range);
  return true;
}

/** Returns the address of a file with the rows that the page shows. */
function csvOf(href, { start, end }) {
  const address = new URL(href);
  address.searchParams.set("range", `${start}..${end}`);
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

for (const field of all("[data-submits]")) field.addEventListener("change", () => field.form.requestSubmit());
for (const twin of all("[data-twin]")) twin.addEventListener("toggle", () => showTwins(last));

if (one(".time-bar") && one("[data-board] > :not(.text-panel)")) {
  bar = replayed(one(".time-bar"), page.dataset.url, { range: () => newest.range, show: draw, end: () => draw(newest) });
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
}
