// Five minutes of counts a site, fed by the history once and by the live counts then.

export const KEPT = 300; // seconds

export class Counts {
  #bySite = new Map();

  /** {site: [[epoch ms, count], …]} in place of what was. */
  replace(sites) {
    this.#bySite = new Map(Object.entries(sites).map(([site, points]) => [site, points.map(([at, lines]) => [at / 1000, lines])]));
  }

  has(site) {
    return this.#bySite.has(site);
  }

  /** Forgets all other sites. */
  keep(sites) {
    const kept = new Set(sites);
    for (const site of this.#bySite.keys()) if (!kept.has(site)) this.#bySite.delete(site);
  }

  /** The count of now (milliseconds): one point a second, the highest of the second. */
  add(site, now, lines) {
    const points = this.#bySite.get(site) ?? [];
    const second = Math.floor(now / 1000);
    const last = points.at(-1);
    if (last?.[0] === second) last[1] = Math.max(last[1], lines);
    else if (!last || last[0] < second) points.push([second, lines]);
    while (points.length && points[0][0] <= second - KEPT) points.shift();
    this.#bySite.set(site, points);
  }

  /** [seconds, counts, threshold] as the chart wants them. */
  columns(site, threshold) {
    const points = this.#bySite.get(site) ?? [];
    return [points.map(([at]) => at), points.map(([, lines]) => lines), points.map(() => threshold)];
  }

  /** The highest count of each site for each 15 s, the latest first: [[epoch ms, [count, …]], …]. */
  spans(sites) {
    const rows = new Map();
    sites.forEach((site, place) => {
      for (const [at, lines] of this.#bySite.get(site) ?? []) {
        const start = Math.floor(at / 15) * 15_000;
        if (!rows.has(start)) rows.set(start, sites.map(() => 0));
        rows.get(start)[place] = Math.max(rows.get(start)[place], lines);
      }
    });
    return [...rows].sort(([one], [other]) => other - one);
  }
}

/** quiet, rising (from half of the threshold on) or alarm. */
export function stateOf({ alarm, lines, threshold }) {
  if (alarm) return "alarm";
  return lines * 2 >= threshold ? "rising" : "quiet";
}
