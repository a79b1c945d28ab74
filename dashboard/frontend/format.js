// Writes numbers and times; dashboard/templatetags/figures.py writes the same on the server.

const numbers = new Map(); // by places: to make a format takes a hundred times as long as to use it

/** Returns 1234567 as 1,234,567, and null as a dash. */
export function grouped(value, places = 0) {
  if (value === null || value === undefined) return "–";
  if (!numbers.has(places)) numbers.set(places, new Intl.NumberFormat("en-GB", { minimumFractionDigits: places, maximumFractionDigits: places }));
  return numbers.get(places).format(value);
}

/** Returns a number with its sign: −1,234.50. */
export const signed = (value, places = 0) => `${value < 0 ? "−" : "+"}${grouped(Math.abs(value), places)}`;

/** Returns a number of records in words; "" if it is unknown. */
export function records(count) {
  if (count === null || count === undefined) return "";
  return count === 1 ? "1 record" : `${grouped(count)} records`;
}

/** Returns four figures: 173450211 as 173.5 M. */
export function compact(value) {
  for (const [size, letter] of [[1e9, "bn"], [1e6, "m"], [1e3, "k"]]) {
    if (value >= size) return `${Number((value / size).toPrecision(4))} ${letter}`;
  }
  return String(Math.round(value));
}

/** Returns whole seconds, minutes and hours: 3725 as 1 h 2 min. */
export function span(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 ? `${minutes} min ${whole % 60} s` : `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}

/** Returns the width of a bar, 0 to 100. */
export function percentOf(value, whole) {
  return whole ? Math.round(Math.min(100, (100 * value) / whole) * 10) / 10 : 0;
}

const PARTS = {
  minute: { hour: "2-digit", minute: "2-digit" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  whole: { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" },
  full: { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" },
};
const formats = new Map();

function formatter(form, zone) {
  const name = `${form} ${zone}`;
  if (!formats.has(name)) {
    const timeZone = zone === "utc" ? "UTC" : undefined;
    // Swedish writes dates as ISO 8601 does.
    formats.set(name, new Intl.DateTimeFormat("sv-SE", { ...PARTS[form], timeZone, hourCycle: "h23" }));
  }
  return formats.get(name);
}

/** Returns a time (any argument of Date) as minute 14:03, second 14:03:07, whole 2026-11-22 14:03, or full 2026-11-22 14:03:07; empty for none. */
export function time(moment, form, zone) {
  return moment ? formatter(form, zone).format(new Date(moment)) : "";
}

/** Returns the day of a time, such as 27 Nov. */
export function day(moment, zone) {
  const name = `day ${zone}`;
  const parts = { day: "numeric", month: "short", timeZone: zone === "utc" ? "UTC" : undefined };
  if (!formats.has(name)) formats.set(name, new Intl.DateTimeFormat("en-GB", parts));
  return formats.get(name).format(new Date(moment));
}

/** Returns the zone's own name: UTC, CET, GMT+5. */
export function zoneName(zone, moment = Date.now()) {
  if (zone === "utc") return "UTC";
  const parts = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" }).formatToParts(moment);
  return parts.find((part) => part.type === "timeZoneName").value;
}
