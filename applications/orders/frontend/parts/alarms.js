// The texts about an alarm, and the bounds of its curve. applications/orders/alarm.py has the same bounds.

import { span, time } from "#kit/format.js";

const MINUTE = 60_000;
export const MOST = 30 * MINUTE; // length of a curve
const AFTER = MINUTE;

/** Returns the duration of an ended alarm in words; "" for an open one. */
export const lasted = ({ started, ended }) => (ended ? span((Date.parse(ended) - Date.parse(started)) / 1000) : "");

/** Returns the name of a link to an alarm. */
export function named(alarm, zone) {
  const from = `Alarm of ${alarm.site}, started ${time(alarm.started, "full", zone)}`;
  return alarm.ended ? `${from}, lasted ${lasted(alarm)}` : `${from}, open`;
}

/** Returns whether the curve from `first` takes the count of `now`, both in milliseconds: "yes", "ended" or "cut". */
export function placeOf({ ended }, first, now) {
  if (ended && now >= Date.parse(ended) + AFTER) return "ended";
  return now < first + MOST ? "yes" : "cut";
}
