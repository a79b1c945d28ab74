// Shows all panels of a board at the moments of a replay: maps by the positions that they have got, others by questions.

import { all } from "../dom.js";
import { Asker } from "./asker.js";
import { ReplayBar } from "./replay.js";

const PATIENCE = 20_000; // milliseconds
const LEAST = 10_000; // milliseconds of the shortest range
const SECOND = 1000;

const iso = (milliseconds) => new Date(milliseconds).toISOString();

/**
 * Adds the bar of a replay to a board's time control. `ports`: range() of the page's own time, show(data) for the panels
 * at a moment, end() to show the page's own time again. Returns the bar.
 */
export function replayed(parent, url, ports) {
  const maps = () => all("board-map");
  const others = all("[data-board] > [data-on]:not(.map-panel)").length > 0;
  let start = 0; // of the time that is replayed, on a whole second
  const asker = new Asker({
    ask: (moment) => figures(url, start, moment),
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
      const range = ports.range();
      const [from, end] = [range.start, range.end].map((text) => Date.parse(text));
      start = Math.floor(from / SECOND) * SECOND;
      const firsts = await positions(maps(), range);
      return { start: from, end, first: firsts.length ? Math.max(from, Math.min(...firsts)) : from };
    },
    show: (moment, jumps) => {
      for (const map of maps()) map.replay(moment);
      if (others) asker.want(Math.max(start + LEAST, Math.floor(moment / SECOND) * SECOND), jumps);
    },
    end: () => {
      asker.stop();
      bar.trouble("");
      for (const map of maps()) map.endReplay();
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

/** Returns the snapshot of the board's time up to a moment, without maps; null if there is none. */
async function figures(url, start, moment) {
  try {
    const address = new URL(url, location.href);
    address.search = location.search;
    address.searchParams.delete("at");
    address.searchParams.set("range", `${iso(start)}..${iso(moment)}`);
    address.searchParams.set("maps", "no");
    const answer = await fetch(address, { headers: { "X-Background": "1" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
