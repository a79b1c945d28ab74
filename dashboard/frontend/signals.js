// Shows how the page's stream stands: the notices, the age of the newest record, and the look of every figure.

import { all, one, setText, setTime } from "./dom.js";
import { span } from "./format.js";
import { everySecond, hearing, pulse } from "./live.js";
import { judge } from "./standing.js";

const page = one("[data-page]");
const ms = (iso) => (iso ? Date.parse(iso) : null);
let [newest, watermark] = [null, null]; // ISO
let standing = null;

/** Takes the times of a snapshot. */
export function hearSignals(data) {
  [newest, watermark] = [data.newest, data.watermark];
}

/** Returns whether the figures are current: neither old nor unknown. */
export const isCurrent = () => standing === null || standing.look === "current";

/** Returns the number of live workers on the page's stream; null if unknown. */
const workers = () => (pulse() ? (pulse().workers[page.dataset.application]?.[page.dataset.stream] ?? 0) : null);

/** Returns whether the reader of the page's stream has left and no record waits for it. */
const drained = () => Boolean(pulse()?.drained[page.dataset.application]?.includes(page.dataset.stream));

/** Returns by how many milliseconds the page's stream is ahead of the server's clock. */
const ahead = () => pulse()?.ahead?.[page.dataset.application]?.[page.dataset.stream] ?? 0;

/** Returns a sentence if the figures of the page's stream are of the other backend. */
const elsewhere = () => pulse()?.elsewhere?.[page.dataset.application]?.[page.dataset.stream] ?? "";

/** Judges every second, and when the connection changes; the age goes on while the page is paused. */
export function watchSignals() {
  everySecond(show, { always: true });
  document.addEventListener("line", () => show(hearing().now));
}

function show(now) {
  const { heard, database, pausedAt, upTo } = hearing();
  const facts = { newest: ms(newest), watermark: ms(watermark), workers: workers(), drained: drained(), ahead: ahead(), elsewhere: elsewhere(), heard: heard && database };
  standing = { ...judge({ ...facts, now: pausedAt ?? now }), age: judge({ ...facts, now }).age };
  setText(one("[data-elsewhere]"), elsewhere());
  const reason = heard && !database ? "away" : standing.reason;
  for (const notice of all("[data-reason]")) notice.hidden = notice.dataset.reason !== reason;
  if (document.documentElement.dataset.look !== standing.look) {
    document.documentElement.dataset.look = standing.look;
    document.dispatchEvent(new Event("look"));
  }
  showTimes(upTo);
}

function showTimes(upTo) {
  setTime(one("[data-newest]"), newest);
  for (const node of all("[data-watermark]")) setTime(node, watermark);
  setTime(one("[data-up-to]"), upTo ? new Date(upTo).toISOString() : null);
  const ago = standing.age === null ? "–" : span(standing.age / 1000);
  setText(one("[data-newest-age]"), ago);
  const age = one('[data-kpi="age"]');
  setText(age, ago);
  age?.classList.toggle("late", !["", "drained"].includes(standing.reason));
}
