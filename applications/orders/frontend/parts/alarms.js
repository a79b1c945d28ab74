// What a page says of an alarm, and how far its curve goes. applications/orders/alarm.py has the same bounds.

import { span, time } from "#kit/format.js";

const MINUTE = 60_000;
export const MOST = 30 * MINUTE; // of a curve
const AFTER = MINUTE;

/** How long an alarm that has ended lasted, in words; "" for an open one. */
export const lasted = ({ started, ended }) => (ended ? span((Date.parse(ended) - Date.parse(started)) / 1000) : "");

/** The name of a link to an alarm. */
export function named(alarm, zone) {
  const from = `Alarm of ${alarm.site}, started ${time(alarm.started, "full", zone)}`;
  return alarm.ended ? `${from}, lasted ${lasted(alarm)}` : `${from}, open`;
}

/** Whether the curve that begins at `first` has a place for the count of `now`, both milliseconds: "yes", "ended" or "cut". */
export function placeOf({ ended }, first, now) {
  if (ended && now >= Date.parse(ended) + AFTER) return "ended";
  return now < first + MOST ? "yes" : "cut";
}
