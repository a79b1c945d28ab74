// Shows the snapshots of panels in the sections that the server made for them.

import { all, copyOf, one, parts, reconcile, setCell, setNote, setText, setTime } from "../dom.js";
import { grouped, span, time } from "../format.js";
import { SILENCE } from "../standing.js";
import { zone, zoneTitle } from "../zone.js";
import { figure, spark } from "./figures.js";
import { columnsOf, lookOf } from "./look.js";

const LISTED = 200; // things in the table beside a map; dashboard/boards/presenting.py lists as many

const section = (place) => one(`[data-panel="${place}"]`);
const SHOWN = {
  number: showNumber,
  lines: showCurve,
  bars: showCurve,
  top: showPlaces,
  table: showRows,
  alarms: showAlarms,
  map: showMap,
};

/** Shows every panel of a snapshot; returns false if the page has other panels, so that it must be loaded anew. */
export function showPanels({ panels, range }) {
  const known = all("[data-panel]");
  if (known.length !== panels.length || panels.some(({ kind }, place) => !known[place].classList.contains(`${kind}-panel`))) return false;
  panels.forEach((panel, place) => {
    if (!panel.error && !one(".error", section(place))) SHOWN[panel.kind]?.(section(place), panel, range);
  });
  return panels.every((panel, place) => Boolean(panel.error) === Boolean(one(":scope > .error", section(place))));
}

/** Fills the tables beside curves that are open. */
export function showTwins({ panels }) {
  panels.forEach((panel, place) => {
    const root = section(place);
    if (!one("[data-twin]", root)?.open) return;
    if (panel.lines) showTwin(root, panel);
    if (panel.routes) showThings(root, panel);
  });
}

/** Says below each panel how its figures stand: `standing` is that of standing.js, `settled` that all is known. */
export function showStanding(place, { look, since }, { settled, cut, elsewhere }) {
  const root = section(place);
  const state = settled && look !== "unknown" ? "current" : look;
  root.dataset.look = state;
  const at = since === null ? "" : time(since, "second", zone());
  const words = { complete: `Complete up to ${at}. `, stale: at && `Stale: as of ${at}. `, unknown: at ? `Not known since ${at}. ` : "Not known. " };
  const more = cut ? `Only from ${time(cut, "full", zone())} on: before that there are too many rows.` : "";
  const text = (words[state] ?? "") + (elsewhere && !settled ? `${elsewhere} ` : "") + more;
  const note = parts(root).note;
  setText(note, text);
  note.hidden = !text;
}

function showNumber(root, panel) {
  const cells = parts(root);
  setCell(cells.value, figure(panel.value));
  setText(cells.unit, panel.unit);
  cells.spark.setAttribute("d", spark(panel.values));
  if (cells.until) setTime(cells.until, panel.until);
}

function showCurve(root, panel, range) {
  const empty = panel.lines.every(({ values }) => values.every((value) => value === null));
  const part = Boolean(range?.until); // the axis of a part is there before the first row is
  parts(root).none.hidden = !empty || part;
  const chart = one("line-chart", root);
  chart.hidden = empty && !part;
  if (!chart.hidden) chart.show(lookOf(panel, range), columnsOf(panel));
}

function showTwin(root, panel) {
  const { lines, unit } = panel;
  const cells = parts(root);
  const names = lines.map(({ name }) => name);
  const head = one("tr", cells.heads);
  reconcile(head, [null, ...names], { key: (name) => `head ${name ?? ""}`, make: headCell, fill: (node, name) => setText(node, name === null ? `From (${zoneTitle()})` : unit ? `${name} (${unit})` : name) });
  const rows = columnsOf(panel)[0].map((seconds, at) => [seconds * 1000, lines.map(({ values }) => values[at])]).reverse();
  reconcile(cells.twin, rows, { key: ([at]) => at, make: row, fill: (node, [at, values]) => fillRow(node, new Date(at).toISOString(), values) });
}

function showPlaces(root, { places, more }) {
  const cells = parts(root);
  const make = () => copyOf(one("template[data-place-item]"));
  reconcile(cells.places, places, { key: ({ name }) => `at ${name}`, make, fill: fillPlace });
  setText(cells.more, more ? `and ${grouped(more)} more` : "");
  cells.none.hidden = places.length > 0;
}

function fillPlace(item, { name, value, share }) {
  const cells = parts(item);
  setText(cells.name, name);
  cells.bar.setAttribute("width", share);
  setCell(cells.value, figure(value));
}

function showRows(root, { rows, older }) {
  const cells = parts(root);
  const keyed = rows.map((values, at) => [`${values[0]} ${rows.slice(0, at).filter((other) => other[0] === values[0]).length} ${values.slice(1)}`, values]);
  reconcile(cells.rows, keyed, { key: ([key]) => key, make: row, fill: (node, [, [at, ...values]]) => fillRow(node, at, values) });
  cells.none.hidden = rows.length > 0;
  cells.older.hidden = !older;
}

function showAlarms(root, { alarms, older }) {
  const cells = parts(root);
  const make = () => copyOf(one("template[data-alarm-item]"));
  reconcile(cells.alarms, alarms, { key: ({ name, started }) => `${name} ${started}`, make, fill: fillAlarm });
  cells.none.hidden = alarms.length > 0;
  cells.older.hidden = !older;
}

function fillAlarm(item, { name, started, ended, peak, url }) {
  const cells = parts(item);
  item.toggleAttribute("data-open", !ended);
  setText(cells.name, name);
  if (url && !("wall" in document.documentElement.dataset)) cells.name.href = url; // a wall leads nowhere
  setTime(cells.started, started);
  setText(cells.open, ended ? "" : "open");
  setText(cells.lasted, ended ? `for ${span((Date.parse(ended) - Date.parse(started)) / 1000)}` : "");
  setCell(cells.peak, figure(peak));
}

function showMap(root, panel) {
  if (!panel.routes) return; // a replay shows it by itself
  const cells = parts(root);
  one("board-map", root).show(panel);
  cells.none.hidden = panel.routes.length > 0;
  setNote(cells.misplaced, panel.misplaced ? `${grouped(panel.misplaced)} row${panel.misplaced === 1 ? " without a place on the earth is" : "s without a place on the earth are"} left out.` : "");
}

function showThings(root, { routes, end, of }) {
  const cells = parts(root);
  const things = routes.slice(0, LISTED);
  reconcile(cells.things, things, { key: ({ name }) => `thing ${name}`, make: row, fill: (node, thing) => fillThing(node, thing, Date.parse(end), of) });
  setNote(cells.others, routes.length > LISTED ? `and ${grouped(routes.length - LISTED)} more, which the CSV has.` : "");
}

function fillThing(node, { name, value, track }, end, of) {
  const [before, ...place] = track.at(-1);
  const words = [...place.map((degrees) => degrees.toFixed(4)), ...(of ? [figure(value)] : []), "", -before > SILENCE ? "Stale" : ""];
  while (node.children.length <= words.length) node.append(document.createElement("td"));
  setText(node.firstChild, name);
  node.firstChild.className = node.lastChild.className = "word";
  words.forEach((text, at) => at !== words.length - 2 && setText(node.children[at + 1], text));
  const cell = node.children[words.length - 1];
  if (!cell.firstChild) cell.appendChild(document.createElement("time")).dataset.format = "full";
  setTime(cell.firstChild, new Date(end + before).toISOString());
}

function headCell() {
  const node = document.createElement("th");
  node.scope = "col";
  return node;
}

function row() {
  const node = document.createElement("tr");
  const head = node.appendChild(document.createElement("th"));
  head.scope = "row";
  head.appendChild(document.createElement("time")).dataset.format = "full";
  return node;
}

function fillRow(node, at, values) {
  setTime(one("time", node), at);
  while (node.children.length <= values.length) node.append(document.createElement("td"));
  while (node.children.length > values.length + 1) node.lastChild.remove();
  values.forEach((value, place) => {
    const cell = node.children[place + 1];
    cell.className = typeof value === "string" ? "word" : "";
    setCell(cell, figure(value));
  });
}
