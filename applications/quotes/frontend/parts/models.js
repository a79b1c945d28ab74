// What the charts of quotes show: the columns of a view, as numbers in the unit of the prices.

import { joined, percents, placeOf, sums } from "./figures.js";
import { DAY } from "./drawing.js";
import { daysIn } from "./view.js";

const MINUTES_FROM = 4; // days of a view, up to which the minutes of a day can be told apart

class Model {
  view = null;

  constructor(days, lines) {
    this.days = days; // from 1970-01-01
    this.at = days.map((day) => (day + 0.5) * DAY);
    this.lines = lines;
  }

  /** Sets the view; returns whether the lines changed with it. */
  show(view) {
    this.view = view;
    return false;
  }

  /** Returns the places of the days shown: from `start` to before `end`. */
  places() {
    const { first, last } = daysIn(this.view);
    return { start: placeOf(this.days, first), end: placeOf(this.days, last + 1) };
  }

  /** Returns the columns to draw, and the places: those shown, and the neighbours to which lines lead. */
  part() {
    const { start, end } = this.places();
    return { at: this.at, open: this.open, high: this.high, low: this.low, close: this.close, start: Math.max(0, start - 1), end: Math.min(this.days.length, end + 1) };
  }

  /** Returns the least and the greatest value shown of some columns. */
  extremesOf(columns) {
    const { start, end } = this.places();
    let [low, high] = [Infinity, -Infinity];
    for (const column of columns) {
      for (let place = start; place < end; place += 1) {
        const value = column[place];
        if (value === null) continue;
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    return [low, high];
  }
}

/** The prices of one ticker. */
export class Prices extends Model {
  constructor(history, { averages, decimals, minutes = [], liveDay = null }) {
    const scale = 10 ** history.places;
    const totals = averages.map((count) => history.averages?.[count] ?? sums(history.close, count));
    super(history.days, totals.map((column, at) => column.map((sum) => (sum === null ? null : sum / (scale * averages[at])))));
    for (const name of ["open", "high", "low", "close", "adj_close"]) this[name] = history[name]?.map((price) => price / scale);
    Object.assign(this, { volume: history.volume, averages, decimals, minutes, liveDay });
  }

  /** Averages that lie far away may not squeeze the prices into a line: they get half of the prices' own height at most. */
  extremes() {
    const [low, high] = this.extremesOf([this.high, this.low]);
    const [least, most] = this.extremesOf(this.lines);
    const room = (high - low) / 2;
    return [Math.min(low, Math.max(least, low - room)), Math.max(high, Math.min(most, high + room))];
  }

  mostVolume() {
    return Math.max(0, this.extremesOf([this.volume])[1]);
  }

  livePlace() {
    return this.liveDay === null ? this.days.length : placeOf(this.days, this.liveDay);
  }

  /** Says whether the minutes of the day that is not over stand in the place of its candle. */
  showsMinutes() {
    return this.minutes.length > 0 && this.view.to > this.liveDay && this.view.to - this.view.from <= MINUTES_FROM;
  }
}

/** The changes of several tickers, in percent since their first common day of the view. */
export class Changes extends Model {
  #columns;
  #shown = "";

  constructor(histories) {
    const { days, columns } = joined(histories);
    super(days, columns.map((column) => column.map(() => null)));
    this.#columns = columns;
    this.names = histories.map((history) => history.ticker);
  }

  /** Sets the view; returns whether the lines changed with it. */
  show(view) {
    this.view = view;
    const { start, end } = this.places();
    if (this.#shown === `${start} ${end}`) return false;
    this.#shown = `${start} ${end}`;
    this.lines = percents(this.#columns, start, end);
    return true;
  }

  extremes() {
    return this.extremesOf(this.lines);
  }
}

/** The changes that the page brought along, before the whole histories are there. */
export class FirstChanges extends Model {
  constructor({ days, percents: lines }) {
    super(days, Object.values(lines));
    this.names = Object.keys(lines);
  }

  extremes() {
    return this.extremesOf(this.lines);
  }
}
