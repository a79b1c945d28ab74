// A chart must not invent values: a gap is a point without a value.

export const MINUTE = 60; // seconds

/** Puts `hole(point)` behind each point that is more than `most` before the next; points are arrays that begin with x. */
export function withGaps(points, most, hole) {
  return points.flatMap((point, place) => {
    const next = points[place + 1];
    return next && next[0] - point[0] > most ? [point, hole(point)] : [point];
  });
}

/** Returns the seconds of every minute from the first of these to the last, of which the newest comes last. */
export function everyMinute(minutes) {
  const [first, last] = [minutes[0], minutes.at(-1)].map(({ minute }) => Date.parse(minute) / 1000);
  return Array.from({ length: (last - first) / MINUTE + 1 }, (_, place) => first + place * MINUTE);
}

/**
 * [seconds, bought, sold below the line] of minutes. A bar is as wide as the nearest two points are apart, and stands beside
 * its place where all are far apart, or it is the only one: then the newest gets an empty minute before it.
 */
export function barColumns(minutes) {
  const points = minutes.map(({ minute, bought, sold }) => [Date.parse(minute) / 1000, bought, -sold]);
  const newest = points.length - 1;
  if (newest >= 0 && !points.some(([at], place) => place && at - points[place - 1][0] <= MINUTE))
    points.splice(newest, 0, [points[newest][0] - MINUTE, null, null]);
  return [0, 1, 2].map((column) => points.map((point) => point[column]));
}
