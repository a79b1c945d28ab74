// The record inspector: tells the form the zone of the page's times, and follows a stream.

import { Follow } from "./follow.js";
import { all, copyOf, one, parts, setText, setTime } from "./dom.js";
import { grouped } from "./format.js";
import { zone } from "./zone.js";

const MOST = 200; // rows that the page keeps
const panel = one("[data-records]");

function showZone() {
  const name = zone() === "utc" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of all("[data-zone-field]")) field.value = name;
}

function fill(row, record) {
  const cells = parts(row);
  setTime(one("time", cells.arrived), record.arrived);
  for (const name of ["key", "line", "text", "shard", "number"]) setText(cells[name], record[name]);
  cells.key.title = record.key;
  setText(cells.size, grouped(record.size));
  cells.text.hidden = !record.text;
  cells.copy.hidden = record.cut || !record.text;
  cells.cut.hidden = !record.cut;
  cells.binary.hidden = record.kind !== "binary";
  cells.address.href = record.address;
  cells.download.href = `${record.address}bytes`;
}

/** Puts new rows above the others; open rows stay open. */
function add(records) {
  const list = one("[data-rows]", panel);
  const fresh = records.map((record) => {
    const row = copyOf(one("template[data-record-row]"));
    fill(row, record);
    return row;
  });
  list.prepend(...fresh);
  while (list.children.length > MOST) list.lastElementChild.remove();
}

async function ask(since) {
  const query = new URLSearchParams(location.search);
  query.set("since", since);
  try {
    const answer = await fetch(`${panel.dataset.newUrl}?${query}`, {
      headers: { Accept: "application/json", "X-Background": "1" },
      cache: "no-store",
      signal: AbortSignal.timeout(10_000),
    });
    return { status: answer.status, data: await answer.json() };
  } catch {
    return { status: 0, data: null };
  }
}

function show({ on, sentence }) {
  const button = one("[data-follow]", panel);
  button.setAttribute("aria-pressed", String(on));
  setText(button, on ? "Stop" : "Follow");
  setText(one("[data-following]", panel), sentence);
}

showZone();
document.addEventListener("zone", showZone);
if (panel?.dataset.since) {
  const follow = new Follow({ ask, add, show, after: (call, wait) => setTimeout(call, wait), hidden: () => document.hidden }, panel.dataset.since);
  one("[data-follow]", panel).addEventListener("click", () => follow.toggle());
}
