// The part of the time axis that is shown: {from, to} in days since 1970-01-01, which may lie within a day.

const LEAST = 1; // days

/** Returns a view that lies in the bounds, as long as before where they have room. */
export function within(view, bounds) {
  const length = Math.min(Math.max(view.to - view.from, LEAST), bounds.to - bounds.from);
  const from = Math.min(Math.max(view.from, bounds.from), bounds.to - length);
  return { from, to: from + length };
}

/** Returns a view that is moved by some days, which may be infinitely many. */
export function moved(view, by, bounds) {
  const most = bounds.to - bounds.from;
  const days = Math.min(most, Math.max(-most, by));
  return within({ from: view.from + days, to: view.to + days }, bounds);
}

/** Returns a view that is `factor` times as long, in which `around` keeps its place. */
export function zoomed(view, factor, around, bounds) {
  const length = Math.min(Math.max((view.to - view.from) * factor, LEAST), bounds.to - bounds.from);
  const share = (around - view.from) / (view.to - view.from);
  return within({ from: around - share * length, to: around + (1 - share) * length }, bounds);
}

/** Returns the first and the last day whose noon is shown; a view of whole days has exactly those. */
export function daysIn(view) {
  const first = Math.ceil(view.from - 0.5) + 0; // never −0
  return { first, last: Math.max(first, Math.ceil(view.to - 0.5) - 1) };
}

export const ofDays = (first, last) => ({ from: first, to: last + 1 });

/** Returns a day as 2026-11-28. */
export const iso = (day) => new Date(day * 86_400_000).toISOString().slice(0, 10);

/** Returns the number of a day that is written so. */
export const numberOf = (text) => Math.round(Date.parse(`${text}T00:00Z`) / 86_400_000);

/** Returns the text of the range of a view, and those of the ranges before and behind it; "" where there is none. */
export function ranges(view, bounds) {
  const { first, last } = daysIn(view);
  const count = last - first + 1;
  const newest = Math.min(bounds.to - 1, last + count);
  return {
    shown: `${iso(first)}..${iso(last)}`,
    earlier: first > bounds.from ? `${iso(first - count)}..${iso(first - 1)}` : "",
    later: last < bounds.to - 1 ? `${iso(newest - count + 1)}..${iso(newest)}` : "",
  };
}
