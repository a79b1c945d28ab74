// The order of ranking rows: numbers change at once, places at most once a second.

export const SETTLE = 1000; // milliseconds

/**
 * `shown` are the tickers on the page in their order, `rows` the new ranking. When it may not move yet, the rows that are
 * shown keep their places with their new numbers; one that has dropped out keeps the number it had (null here).
 */
export function arrange(shown, rows, mayMove) {
  const byTicker = new Map(rows.map((row) => [row.ticker, row]));
  const same = shown.length === rows.length && shown.every((ticker, place) => ticker === rows[place].ticker);
  if (mayMove || same || shown.length < rows.length) return { rows, moved: !same };
  return { rows: shown.map((ticker) => byTicker.get(ticker) ?? { ticker, trades: null }), moved: false };
}
