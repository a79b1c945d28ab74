// A board on a wall: asks for news every second, for months, and says itself when it is not current.

import "./line-chart.js";

import { one, paintTimes, setText } from "./dom.js";
import { span, time } from "./format.js";
import { Screen, themeOf } from "./parts/screen.js";
import { showPanels, showStanding } from "./parts/panels.js";
import { judge } from "./standing.js";
import { zone, zoneTitle } from "./zone.js";

const page = one("[data-page]");
const theme = new URLSearchParams(location.search).get("theme");
const own = document.documentElement.dataset.theme; // that the visitor has chosen on other pages
const snapshots = JSON.parse(document.getElementById("snapshots").textContent);
const topic = Object.keys(snapshots).find((name) => name.startsWith("board:"));
const root = document.documentElement;
const screen = new Screen(
  {
    ask,
    now: () => performance.now(),
    after: (call, milliseconds) => setTimeout(call, milliseconds),
    isThere: async () => (await fetch(location.href, { cache: "no-store" }).catch(() => ({}))).status === 200,
    reload: () => location.reload(),
  },
  { show, tell },
);
let last = { panels: [] };
let pulse = snapshots.pulse.data;

async function ask(since) {
  try {
    const address = new URL(page.dataset.url, location.href);
    address.searchParams.set("since", since);
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(5000) });
    return { status: answer.status, data: answer.status === 200 ? await answer.json() : null };
  } catch {
    return { status: 0, data: null };
  }
}

/** Shows a board; returns false if the page must be loaded anew, since the board was changed. */
function show(data) {
  if (data.gone || String(data.version) !== page.dataset.version || !showPanels(data)) return false;
  last = data;
  return true;
}

/** Says how current the page is; `heard` is false after some seconds without an answer, `now` the server's time. */
function tell({ heard, now, since, pulse: news }) {
  pulse = news ?? pulse;
  root.dataset.look = heard ? "current" : "unknown";
  const words = heard ? `${time(now, "second", zone())} ${zoneTitle()}` : `No connection for ${span(since / 1000)}: the figures are old`;
  const state = one("[data-state]");
  state.classList.toggle("late", !heard);
  setText(state, words);
  last.panels.forEach((panel, place) => {
    if (!panel.stream || panel.error) return;
    const ms = (iso) => (iso ? Date.parse(iso) : null);
    const workers = pulse.workers[panel.application]?.[panel.stream] ?? 0;
    const drained = Boolean(pulse.drained[panel.application]?.includes(panel.stream));
    const ahead = pulse.ahead?.[panel.application]?.[panel.stream] ?? 0;
    const elsewhere = pulse.elsewhere?.[panel.application]?.[panel.stream] ?? "";
    showStanding(place, judge({ newest: ms(panel.newest), watermark: ms(panel.watermark), workers, drained, ahead, elsewhere, heard, now }), { ...panel, elsewhere });
  });
}

function dress() {
  const wanted = themeOf(theme, page.dataset.usual, new Date()) ?? own;
  if (root.dataset.theme === wanted) return;
  root.dataset.theme = wanted;
  document.dispatchEvent(new Event("theme"));
}

dress();
setInterval(dress, 60_000);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new Event("theme")));
paintTimes();
const { version, data } = snapshots[topic];
if (data.panels.length) show(data);
screen.start(version, Date.parse(data.now));
