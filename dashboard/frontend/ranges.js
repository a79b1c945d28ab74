// The span of time that a chart shows.

const HOUR = 3_600_000;
const SPANS = [1, 3, 6, 12, 24, 48, 72, 168].map((hours) => hours * HOUR);

/** Returns the milliseconds to show to include the oldest start: one of 1 h, 3 h … 7 days. */
export function timelineSpan(starts, now) {
  const oldest = Math.min(now, ...starts);
  return SPANS.find((span) => now - oldest <= span) ?? SPANS.at(-1);
}

/** Returns round times between start and end, at most `most` of them. */
export function ticks(start, end, most) {
  const steps = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880].map((minutes) => minutes * 60_000);
  const step = steps.find((size) => (end - start) / size <= most) ?? steps.at(-1);
  const first = Math.ceil(start / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((end - first) / step) + 1) }, (_, index) => first + index * step);
}

/** Returns [start, end] of an hour of minutes in seconds, the newest at the right edge with room for its bar. */
export function hour(newest) {
  return [newest - 59 * 60, newest + 60];
}
