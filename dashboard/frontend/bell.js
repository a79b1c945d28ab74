// The bell in the frame: the number of open alarms, also in the tab's title and its icon, and a tone if one is wanted.

import { inWords, titled } from "./bell-words.js";
import { choice } from "./choices.js";
import { one, setText } from "./dom.js";
import { askAlarms, situation } from "./live.js";
import { chime } from "./chime.js";

const EVERY = 15_000; // milliseconds between two questions of a page that follows nothing

/** Shows the alarms of the topic `alarms`. */
function show({ open, newest, worst }, heard) {
  const bell = one("[data-bell]");
  const count = one("[data-bell-count]");
  bell.dataset.worst = worst;
  setText(count, open > 99 ? "99+" : open);
  count.hidden = !open;
  bell.setAttribute("aria-label", inWords(open));
  document.title = titled(document.title, open);
  const icon = one('link[rel="icon"]');
  icon.href = open ? icon.dataset.alarm : icon.dataset.calm;
  if (newest > heard && choice("sound") === "on") chime();
}

/** Follows the open alarms: by the page's own connection, else by asking again and again. */
export function watchBell() {
  const bell = one("[data-bell]");
  if (!bell) return;
  let heard = Number(bell.dataset.heard); // the highest number so far
  document.addEventListener("alarms", ({ detail }) => {
    show(detail, heard);
    heard = Math.max(heard, detail.newest);
  });
  const ask = async () => {
    if (situation()) return; // the connection tells it
    const status = await askAlarms();
    if (![401, 403, 404].includes(status)) setTimeout(ask, EVERY);
  };
  setTimeout(ask, EVERY);
}
