// The moving things of a map: where each was at a moment, and how it got there.

import { SILENCE } from "../standing.js";
import { across, down, turn } from "./view.js";

const FADED = 300_000; // milliseconds of silence after which a thing fades no more
export const LEVELS = [1, 0.75, 0.55, 0.38]; // opacities
const HELD = 300_000; // milliseconds between two positions beyond which a thing is not said to have moved evenly
export const DRAWN = 240; // positions of a trail

/** Returns the tracks of a panel's snapshot: each {name, value, times, xs, ys, latitudes, longitudes}, oldest first. */
export function tracksOf({ routes, end }) {
  const base = Date.parse(end);
  return routes.map(({ name, value, track }) => ({
    name,
    value,
    times: Float64Array.from(track, ([before]) => base + before),
    xs: Float64Array.from(track, ([, , longitude]) => across(longitude)),
    ys: Float64Array.from(track, ([, latitude]) => down(latitude)),
    latitudes: track.map(([, latitude]) => latitude),
    longitudes: track.map(([, , longitude]) => longitude),
  }));
}

/** Returns the place of the last time that is not after the moment; -1 if there is none. */
export function lastBefore(times, moment) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= moment) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Returns {x, y, since, place} of a track at a moment: between two positions it moves evenly. Null before the first. */
export function at({ times, xs, ys }, moment) {
  const place = lastBefore(times, moment);
  if (place < 0) return null;
  const gap = times[place + 1] - times[place];
  if (!(gap <= HELD)) return { x: xs[place], y: ys[place], since: times[place], place };
  const part = (moment - times[place]) / gap;
  const x = xs[place] + part * turn(xs[place], xs[place + 1]);
  return { x, y: ys[place] + part * (ys[place + 1] - ys[place]), since: moment, place };
}

/** Returns the places of a track's trail up to a place: at most 240, evenly chosen, the last one among them. */
export function trailOf(last, most = DRAWN) {
  const every = Math.ceil((last + 1) / most);
  const found = [];
  for (let place = last; place >= 0; place -= every) found.push(place);
  return found.reverse();
}

export const isSilent = (age) => age > SILENCE;

/** Returns the place in LEVELS of a thing whose last position is so many milliseconds old. */
export function fade(age) {
  if (!isSilent(age)) return 0;
  const part = Math.min(1, (age - SILENCE) / (FADED - SILENCE));
  return Math.min(LEVELS.length - 1, 1 + Math.floor(part * (LEVELS.length - 1)));
}

/** Returns [least, greatest] of the numbers among the values; null without two different ones. */
export function rangeOf(tracks) {
  let [low, high] = [Infinity, -Infinity];
  for (const { value } of tracks) {
    if (typeof value !== "number") continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low < high ? [low, high] : null;
}

/** Returns the step of a colour scale for a value: 0 to steps - 1; -1 for one without a number. */
export function shade(value, range, steps) {
  if (!range || typeof value !== "number") return -1;
  return Math.min(steps - 1, Math.floor(((value - range[0]) / (range[1] - range[0])) * steps));
}
