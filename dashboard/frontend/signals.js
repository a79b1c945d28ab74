// How old the newest record is, and whether the worker still works: the two signals beside the line itself.

import { one, setText, setTime } from "./dom.js";
import { span } from "./format.js";
import { everySecond } from "./live.js";

export const SILENCE = 10_000; // milliseconds
export const NEAR = 2000; // milliseconds by which clocks may differ without a word

let newest = null;
let clock = null;

/** Takes the times of a snapshot. */
export function hearSignals(data) {
  [newest, clock] = [data.newest, data.clock];
}

/** {age, quiet, silent}: milliseconds or null, and what is too old. Times are ISO or null, now in milliseconds. */
export function judge(newestIso, clockIso, now) {
  const since = newestIso ? now - Date.parse(newestIso) : null;
  const age = since === null || since < -NEAR ? null : Math.max(0, since); // a stamp in the future has no age
  const lag = clockIso ? now - Date.parse(clockIso) : null;
  return { age, quiet: age !== null && age > SILENCE, silent: lag !== null && lag > SILENCE };
}

/** Keeps the notices and the age current, second by second. */
export function watchSignals() {
  const quietNotice = one("[data-quiet]");
  const silentNotice = one("[data-silent]");
  const age = one('[data-kpi="age"]');
  everySecond((now) => {
    const signals = judge(newest, clock, now);
    quietNotice.hidden = !signals.quiet || signals.silent;
    silentNotice.hidden = !signals.silent;
    setTime(one("[data-newest]"), newest);
    setTime(one("[data-clock]"), clock);
    const ago = signals.age === null ? "–" : span(signals.age / 1000);
    setText(one("[data-newest-age]"), ago);
    setText(age, ago);
    age?.classList.toggle("late", signals.quiet);
  });
}
