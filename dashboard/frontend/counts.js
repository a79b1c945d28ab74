// Five minutes of counts a site: the server's history first, then the live counts.

import { withGaps } from "./gaps.js";

export const KEPT = 300; // seconds
export const GAP = 5; // seconds without a point, past which the line is broken

export class Counts {
  #bySite = new Map();

  /** Replaces all points by {site: [[epoch ms, count, threshold], …]}; a count is null where nothing is known. */
  replace(sites) {
    const points = (rows) => rows.map(([at, lines, threshold]) => [at / 1000, lines, threshold]);
    this.#bySite = new Map(Object.entries(sites).map(([site, rows]) => [site, points(rows)]));
  }

  has(site) {
    return this.#bySite.has(site);
  }

  /** Forgets all other sites. */
  keep(sites) {
    const kept = new Set(sites);
    for (const site of this.#bySite.keys()) if (!kept.has(site)) this.#bySite.delete(site);
  }

  /** Adds the count of now (milliseconds): one point a second, the highest of the second, with the threshold of then. */
  add(site, now, lines, threshold) {
    const points = this.#bySite.get(site) ?? [];
    const second = Math.floor(now / 1000);
    const last = points.at(-1);
    if (last?.[0] === second) [last[1], last[2]] = [Math.max(last[1] ?? 0, lines), threshold];
    else if (!last || last[0] < second) points.push([second, lines, threshold]);
    while (points.length && points[0][0] <= second - KEPT) points.shift();
    this.#bySite.set(site, points);
  }

  /** [seconds, counts, thresholds] as the chart wants them; a count is null in a gap. */
  columns(site) {
    const points = withGaps(this.#bySite.get(site) ?? [], GAP, ([at, , threshold]) => [at + 1, null, threshold]);
    return [0, 1, 2].map((column) => points.map((point) => point[column]));
  }

  /** The highest count of each site for each 15 s, the latest first: [[epoch ms, [count or null, …]], …]. */
  spans(sites) {
    const rows = new Map();
    sites.forEach((site, place) => {
      for (const [at, lines] of this.#bySite.get(site) ?? []) {
        const start = Math.floor(at / 15) * 15_000;
        if (!rows.has(start)) rows.set(start, sites.map(() => null));
        if (lines !== null) rows.get(start)[place] = Math.max(rows.get(start)[place] ?? 0, lines);
      }
    });
    return [...rows].sort(([one], [other]) => other - one);
  }
}

/** quiet, elevated (from half of the threshold on) or alarm. */
export function stateOf({ alarm, lines, threshold }) {
  if (alarm) return "alarm";
  return lines * 2 >= threshold ? "elevated" : "quiet";
}
