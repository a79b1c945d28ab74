// The frame round every page: status of the connection, pause, zone, theme, keyboard, copy buttons.

import { watchBell } from "./bell.js";
import { choice, choose } from "./choices.js";
import { all, one, paintTimes, setText } from "./dom.js";
import { retryNow, shownTime, situation, togglePause } from "./live.js";
import { action } from "./shortcuts.js";
import { suggest } from "./search.js";
import { watchSession } from "./session.js";
import { describe } from "./status.js";
import { toggleZone, zone, zoneLabel, zoneTitle } from "./zone.js";

const ALONE = { status: { transport: "live", attempt: 0, lostAt: null }, waiting: 0, everLive: true }; // a page that follows nothing

function showStatus() {
  const shown = shownTime();
  if (!situation() && shown.view === "live") return;
  const now = situation() ?? { ...ALONE, now: Date.now() };
  const { state, pill, banner } = describe(now.status, { ...now, shown, zone: zone(), look: document.documentElement.dataset.look });
  document.documentElement.dataset.line = state;
  const status = one("live-status");
  status.dataset.state = state;
  setText(status, pill);
  setText(one("[data-banner-text]"), banner);
  one("[data-banner]").dataset.state = banner ? state : "";
  one("[data-retry]").hidden = !["reconnecting", "offline"].includes(state) || !banner;
  const pause = one("[data-pause]");
  if (!pause) return;
  pause.hidden = shown.view === "replay"; // which has a pause of its own
  setText(one("[data-pause-label]"), now.paused ? "Resume" : "Pause");
  const waiting = one("[data-waiting]");
  waiting.hidden = !now.waiting;
  setText(waiting, `${now.waiting} new`);
}

function showZone() {
  const button = one("[data-zone-switch]");
  setText(button, zoneLabel());
  button?.setAttribute("aria-label", `${zoneLabel()} time (${zoneTitle()}); switch`);
  for (const name of all("[data-zone-name]")) setText(name, zoneTitle());
  paintTimes();
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const theme = () => document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");

function showTheme() {
  const other = theme() === "dark" ? "light" : "dark";
  one("[data-theme-switch]")?.setAttribute("aria-label", `Switch to the ${other} theme`);
  document.dispatchEvent(new Event("theme"));
}

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  showTheme();
}

function switchTheme() {
  const other = theme() === "dark" ? "light" : "dark";
  choose("theme", other);
  setTheme(other);
}

/** Copies the button's own text, or that of the pre beside it. */
async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy || one("pre", button.closest("[data-copied]")).textContent);
  setText(button, "Copied");
  setTimeout(() => setText(button, "Copy"), 2000);
}

/** Shows a password while its button is pressed in. */
function reveal(button) {
  const field = document.getElementById(button.dataset.reveal);
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
}

let afterG = false;
const keysOn = () => choice("keys") !== "off";
const acts = {
  search: () => one("#search")?.focus(),
  help: () => one("[data-help-dialog]").showModal(),
  zone: toggleZone,
  pause: () => one("[data-pause]:not([hidden])") && togglePause(),
};

function onKey(event) {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key === "k" && one("#search")) {
    event.preventDefault();
    one("#search").focus();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !keysOn() || one("dialog[open]")) return;
  const texts = "input, select, textarea, [contenteditable]";
  const controls = event.key === " " ? `${texts}, a, button, summary, [tabindex='0']` : texts;
  const [target] = event.composedPath(); // event.target of a key in a shadow root is the root's host
  if (target.closest?.(controls)) return;
  const what = action(event.key, afterG, all(".pages a").map((link) => link.dataset.key));
  afterG = what === "go";
  const act = what?.place ? () => one(`.pages a[data-key="${what.place}"]`).click() : acts[what];
  if (!act) return;
  event.preventDefault();
  act();
}

function onClick(event) {
  const button = event.target.closest("button");
  const menu = one("[data-menu][open]");
  if (menu && !event.target.closest("[data-menu]")) menu.open = false;
  if (!button) return;
  if ("copy" in button.dataset) copy(button);
  if ("reveal" in button.dataset) reveal(button);
  if ("pause" in button.dataset) togglePause();
  if ("retry" in button.dataset) retryNow();
  if ("print" in button.dataset) globalThis.print();
  if ("help" in button.dataset) acts.help();
  if ("zoneSwitch" in button.dataset) toggleZone();
  if ("themeSwitch" in button.dataset) switchTheme();
}

/** Prints in the light theme, with every table open. */
function print() {
  const before = document.documentElement.dataset.theme;
  const shut = all("details.twin:not([open])");
  setTheme("light");
  for (const twin of shut) twin.open = true;
  addEventListener("afterprint", () => {
    for (const twin of shut) twin.open = false;
    delete document.documentElement.dataset.theme;
    if (before) setTheme(before);
    else showTheme();
  }, { once: true });
}

document.addEventListener("click", onClick);
document.addEventListener("keydown", onKey);
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && one("[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  one("summary", menu).focus();
});
document.addEventListener("line", showStatus);
document.addEventListener("moment", showStatus);
document.addEventListener("zone", showZone);
document.addEventListener("zone", showStatus);
dark.addEventListener("change", showTheme);
addEventListener("beforeprint", print);
const keys = one("[data-keys-on]");
if (keys) {
  keys.checked = keysOn();
  keys.addEventListener("change", () => choose("keys", keys.checked ? "on" : "off"));
}
showZone();
showTheme();
showStatus();
suggest(one("form[data-suggest]"));
watchSession();
watchBell();
