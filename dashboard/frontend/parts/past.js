// Shows all panels of a board at the moments of a replay: maps by the positions that they have got, others by questions.

import { all } from "../dom.js";
import { replay } from "../live.js";
import { reach } from "../marks.js";
import { Asker } from "./asker.js";
import { ReplayBar } from "./replay.js";

const PATIENCE = 20_000; // milliseconds
const SECOND = 1000;

const iso = (milliseconds) => new Date(milliseconds).toISOString();

/**
 * Adds the bar of a replay to a board's time control. `ports`: range() of the page's own time, show(data) for the panels
 * at a moment, rest(range, iso) when a replay of a range stands at a moment, end() to show the page's own time again.
 * Returns the bar.
 */
export function replayed(parent, url, ports) {
  const maps = () => all("board-map");
  const others = all("[data-board] > :not(.map-panel, .text-panel)").length > 0;
  let whole = null; // the range that is replayed; that of a live page goes on meanwhile
  let start = 0; // of it, in milliseconds
  const asker = new Asker({
    ask: (moment) => figures(url, whole, moment),
    show: (data) => {
      bar.trouble("");
      ports.show(data);
    },
    failed: () => bar.trouble("the figures could not be loaded"),
    hidden: () => document.hidden,
    now: () => performance.now(),
    after: (milliseconds, call) => setTimeout(call, milliseconds),
  });
  document.addEventListener("visibilitychange", () => asker.wake());
  const bar = new ReplayBar(parent, {
    begin: async () => {
      whole = ports.range();
      const end = Date.parse(whole.end);
      start = Date.parse(whole.start);
      const firsts = await positions(maps(), whole);
      return { start, end, first: firsts.length ? Math.max(start, Math.min(...firsts)) : start };
    },
    show: (moment, jumps) => {
      for (const map of maps()) map.replay(moment);
      const second = Math.floor(moment / SECOND) * SECOND;
      replay(second);
      reach(second);
      if (others) asker.want(Math.max(start + SECOND, second), jumps);
    },
    rest: (moment) => ports.rest(whole, iso(moment)),
    end: () => {
      asker.stop();
      bar.trouble("");
      for (const map of maps()) map.endReplay();
      replay(null);
      reach(null);
      ports.end();
    },
  });
  return bar;
}

/** Lets maps get their positions; returns the moment of each one's first. */
async function positions(maps, range) {
  if (maps.length) await customElements.whenDefined("board-map");
  const found = await Promise.allSettled(maps.map((map) => map.prepare(range, PATIENCE)));
  if (!found.some(({ status }) => status === "rejected")) return found.map(({ value }) => value);
  for (const map of maps) map.endReplay();
  throw new Error("The positions could not be loaded.");
}

/** Returns the snapshot of a range up to a moment, without maps; null if there is none. */
async function figures(url, { start, end }, moment) {
  try {
    const address = new URL(url, location.href);
    address.search = location.search;
    address.searchParams.delete("at");
    address.searchParams.set("range", `${start}..${end}`);
    address.searchParams.set("until", iso(moment));
    address.searchParams.set("maps", "no");
    const answer = await fetch(address, { headers: { "X-Background": "1" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
