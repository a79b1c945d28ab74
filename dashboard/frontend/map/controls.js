// The buttons, the list of things and the key of a map, and the thing that is followed in the page's address.

import { all, made, one, setWords } from "../dom.js";
import { grouped } from "../format.js";
import { figure } from "../parts/figures.js";

const wall = () => "wall" in document.documentElement.dataset;

/** Builds the parts of a map: {readout, stage, base, canvas, names}, the land being on `base`. `ports`: zoom(factor), fit(), follow(name). */
export function controls(root, ports) {
  const head = made(root, "div", { className: "map-head" });
  const readout = made(head, "p", { className: "readout" });
  const names = wall() ? null : follow(head, ports);
  const stage = made(root, "div", { className: "map-stage" });
  const [base, canvas] = ["land", "things"].map((className) => made(stage, "canvas", { className, ariaHidden: "true" }));
  if (!wall()) {
    const buttons = made(stage, "div", { className: "map-buttons" });
    const acts = [["+", "Closer", () => ports.zoom(1.6)], ["−", "Farther", () => ports.zoom(1 / 1.6)], ["⤢", "Show all", ports.fit]];
    for (const [textContent, title, onclick] of acts) made(buttons, "button", { type: "button", textContent, title, ariaLabel: title, onclick });
    made(stage, "p", { className: "map-keys", textContent: "Arrows move the map, + and − enlarge it, 0 shows all. Comma and point read out one after the other, Enter follows, Escape ends that." });
  }
  return { readout, stage, base, canvas, names };
}

function follow(head, ports) {
  const label = made(head, "label", { className: "map-follow", textContent: "Follow " });
  const select = made(label, "select");
  select.dataset.testid = "follow";
  select.addEventListener("change", () => ports.follow(select.value));
  return select;
}

/** Fills the list of things, if they are others than before, and chooses the one that is followed. */
export function fillNames({ names: select }, panel, followed) {
  if (!select || !panel) return;
  const names = panel.routes.map(({ name }) => name);
  if (followed && !names.includes(followed)) names.unshift(followed);
  const known = names.join("\n");
  if (select.known !== known) {
    select.known = known;
    select.replaceChildren(new Option("nobody", ""), ...names.map((name) => new Option(name, name)));
  }
  select.value = followed;
}

/** Returns the thing that the address says is followed; "" for none. */
export const chosen = () => new URLSearchParams(location.search).get("follow") ?? "";

/** Keeps the thing that is followed in the page's address, and in those of the same board at other times. */
export function remember(name, isBoard) {
  if (!isBoard) return;
  const changed = (href) => {
    const address = new URL(href);
    if (name) address.searchParams.set("follow", name);
    else address.searchParams.delete("follow");
    return address.href;
  };
  history.replaceState(history.state, "", changed(location.href));
  for (const link of all(".spans a")) link.href = changed(link.href);
  const form = one(".time-form");
  const field = form?.elements.follow ?? made(form, "input", { type: "hidden", name: "follow" });
  Object.assign(field, { value: name, disabled: !name });
}

/** Writes what marks and lines mean, and the scale of the values. */
export function showKey(readout, { routes, more, of, unit }, { range }, painter) {
  if (!routes.length) return readout.replaceChildren();
  const words = ["● newest position", "— way in this time", "○ silent for 10 s or more", ...(more ? [`and ${grouped(more)} more`] : [])];
  setWords(readout, words.map((text) => [text]));
  if (range && painter) readout.append(scale(of + (unit ? ` (${unit})` : ""), range, painter.scale));
}

function scale(words, [low, high], colors) {
  const node = Object.assign(document.createElement("span"), { className: "map-scale" });
  node.append(`${words} ${figure(low)} `);
  for (const color of colors) made(node, "i").style.background = color;
  node.append(` ${figure(high)}`);
  return node;
}
