// The arithmetic of quotes, as in figures.py: prices are whole numbers of 10^-places, so that sums are exact.

const PRICES = ["open", "high", "low", "close", "adj_close"];

/** Returns the columns of an answer, with its days counted from 1970-01-01 in place of differences. */
export function unpacked(packed) {
  let day = 0;
  return { ...packed, days: packed.days.map((step) => (day += step)) };
}

/** Returns for each place the sum of the last `count` values; null where there are fewer. */
export function sums(values, count) {
  let total = 0;
  return values.map((value, place) => {
    total += value - (place >= count ? values[place - count] : 0);
    return place + 1 < count ? null : total;
  });
}

/** Returns the first place from which on a sorted list has values of at least `wanted`. */
export function placeOf(list, wanted) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Returns the bar of a day's minutes, [second, first, high, low, last, shares] each, in the order of time; null for none. */
export function barOf(minutes) {
  if (!minutes.length) return null;
  return {
    day: Math.floor(minutes[0][0] / 86_400),
    open: minutes[0][1],
    high: minutes.reduce((most, minute) => Math.max(most, minute[2]), -Infinity),
    low: minutes.reduce((least, minute) => Math.min(least, minute[3]), Infinity),
    close: minutes.at(-1)[4],
    volume: minutes.reduce((sum, minute) => sum + minute[5], 0),
  };
}

/**
 * Returns a history with the bar of a newer day, or of the newest day in place of the one that is there. Its close is
 * corrected as that of the bar before, so that a change in percent has no step.
 */
export function withBar(history, bar) {
  if (!bar || bar.day < history.days.at(-1)) return history;
  const kept = placeOf(history.days, bar.day);
  const scaled = Object.fromEntries(["open", "high", "low", "close"].map((name) => [name, Math.round(bar[name] * 10 ** history.places)]));
  const before = history.close[kept - 1];
  const adjusted = before ? Math.floor((scaled.close * history.adj_close[kept - 1]) / before + 0.5) : scaled.close;
  const values = { ...scaled, adj_close: adjusted, days: bar.day, volume: bar.volume };
  const columns = ["days", ...PRICES, "volume"].filter((name) => history[name]);
  return { ...history, ...Object.fromEntries(columns.map((name) => [name, [...history[name].slice(0, kept), values[name]]])) };
}

/** Returns all days of some histories, and the adjusted closes of each on them; null on days without its bar. */
export function joined(histories) {
  const days = [...new Set(histories.flatMap((history) => history.days))].sort((one, other) => one - other);
  const columns = histories.map((history) => {
    const closes = new Map(history.days.map((day, place) => [day, history.adj_close[place]]));
    return days.map((day) => closes.get(day) ?? null);
  });
  return { days, columns };
}

/** Returns the changes in percent since the first place from `start` to before `end` at which all columns have a value. */
export function percents(columns, start, end) {
  let base = start;
  while (base < end && !columns.every((column) => column[base])) base += 1;
  return columns.map((column) => {
    const from = base < end ? column[base] : null;
    return column.map((value, place) => (from === null || value === null || place < base ? null : ((value - from) * 100) / from));
  });
}
