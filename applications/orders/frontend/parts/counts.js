// Five minutes of counts a site: the server's history first, then the live counts.

import { withGaps } from "#kit/gaps.js";

export const KEPT = 300; // seconds
export const GAP = 5; // seconds without a point that make a gap in the line

export class Counts {
  #bySite = new Map();
  #kept;

  /** `kept`: seconds, before the newest point, of the points that stay. */
  constructor(kept = KEPT) {
    this.#kept = kept;
  }

  /** Replaces all points by {site: [[epoch ms, count, threshold], …]}; a count is null if it is unknown. */
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
    while (points.length && points[0][0] <= second - this.#kept) points.shift();
    this.#bySite.set(site, points);
  }

  /** Inserts missed points of [epoch ms, count, threshold]. */
  merge(site, rows) {
    const points = new Map((this.#bySite.get(site) ?? []).map((point) => [point[0], point]));
    for (const [at, lines, threshold] of rows) {
      if (lines !== null && (points.get(at / 1000)?.[1] ?? null) === null) points.set(at / 1000, [at / 1000, lines, threshold]);
    }
    this.#bySite.set(site, [...points.values()].sort(([one], [other]) => one - other));
  }

  /** Returns the highest count of each 15 s and threshold, the earliest first: [[epoch ms, count or null, threshold], …]. */
  steps(site) {
    const rows = new Map();
    for (const [at, lines, threshold] of this.#bySite.get(site) ?? []) {
      const key = `${Math.floor(at / 15)} ${threshold}`;
      if (!rows.has(key)) rows.set(key, [at * 1000, null, threshold]);
      const row = rows.get(key);
      if (lines !== null) row[1] = Math.max(row[1] ?? 0, lines);
    }
    return [...rows.values()];
  }

  /** Returns [seconds, counts, thresholds] for the chart; a count is null in a gap. */
  columns(site) {
    const points = withGaps(this.#bySite.get(site) ?? [], GAP, ([at, , threshold]) => [at + 1, null, threshold]);
    return [0, 1, 2].map((column) => points.map((point) => point[column]));
  }

  /** Returns the highest count of each site for each 15 s, the latest first: [[epoch ms, [count or null, …]], …]. */
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

/** Returns quiet, elevated (from half of the threshold on) or alarm. */
export function stateOf({ alarm, lines, threshold }) {
  if (alarm) return "alarm";
  return lines * 2 >= threshold ? "elevated" : "quiet";
}
