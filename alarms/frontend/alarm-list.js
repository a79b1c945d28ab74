// The list of alarms: keeps the open ones current, and sets the sound of this browser.

import "#kit/time-range.js";

import { chime } from "#kit/chime.js";
import { choice, choose } from "#kit/choices.js";
import { copyOf, one, parts, reconcile, setCell, setText, setTime } from "#kit/dom.js";
import { follow } from "#kit/live.js";
import { figure } from "#kit/parts/figures.js";

const box = one("[data-open-alarms]");
const narrowed = "narrowed" in box.dataset;
let before = null; // the numbers of the alarms that were open at first

/** Returns the words for the person who acknowledged an alarm. */
const acknowledged = (by) => (by ? `by ${by}` : "nobody yet");

function fill(row, alarm) {
  const cells = parts(row);
  setText(cells.title, alarm.title);
  cells.title.href = alarm.url;
  setText(cells.key, alarm.key);
  setText(cells.severity, alarm.severity);
  cells.severity.dataset.severity = alarm.severity;
  setTime(cells.started, alarm.started);
  setText(cells.state, acknowledged(alarm.acknowledged_by));
  setCell(cells.peak, figure(alarm.peak));
  setText(cells.reached, alarm.reached || "–");
}

function show({ open, episodes }) {
  const numbers = new Set(episodes.map(({ id }) => id));
  before ??= numbers;
  if ([...before].some((id) => !numbers.has(id))) one("[data-ended]").hidden = false;
  if (narrowed) return; // the filter is the server's: the list stays as it was opened
  setText(one("[data-open-count]"), open);
  box.toggleAttribute("data-some", open > 0);
  one("[data-open-table]").hidden = !open;
  one("[data-open-none]").hidden = open > 0;
  const make = () => copyOf(one("template[data-open-row]"));
  reconcile(one("[data-open-rows]"), episodes, { key: ({ id }) => id, make, fill });
}

const sound = one("[data-sound]");
const say = (words) => setText(one("[data-sound-note]"), words);
sound.checked = choice("sound") === "on";
sound.addEventListener("change", () => {
  choose("sound", sound.checked ? "on" : "off");
  say(sound.checked ? "This browser sounds when an alarm opens, on every page of Millrace." : "");
});
one("[data-chime]").addEventListener("click", async () => {
  say((await chime()) ? "" : "The browser lets no page sound.");
});
follow({ alarms: show });
