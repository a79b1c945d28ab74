// The addresses of times that are chosen in a chart.

const MINUTE = 60; // seconds

/** Returns the text of a range of two times in seconds, in UTC: 2026-11-22T14:00Z..2026-11-22T15:00Z. */
export function between(from, to) {
  const text = (second) => new Date(second * 1000).toISOString().replace(/(:00)?\.\d{3}Z$/, "Z");
  return `${text(from)}..${text(to)}`;
}

/** Returns whole minutes around the time that was dragged over. */
export function around(from, to) {
  const start = Math.floor(from / MINUTE) * MINUTE;
  return [start, Math.max(Math.ceil(to / MINUTE) * MINUTE, start + MINUTE)];
}

/** Returns the end of the step of which the last point of a chart tells, since a point stands at the step's start. */
export function lastMoment(times, end) {
  const [before, last] = [times.at(-2) ?? times.at(-1) - MINUTE, times.at(-1)];
  return Math.max(end, last + (last - before));
}

/** Returns a page's address for another range; the other parameters stay. */
export function addressOf(range, address) {
  const url = new URL(address);
  url.searchParams.set("range", range);
  for (const name of ["page", "at"]) url.searchParams.delete(name);
  return url.pathname + url.search;
}
