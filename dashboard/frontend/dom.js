// Small changes to the page; everything by properties and text, nothing by mark-up.

import { time } from "./format.js";
import { zone } from "./zone.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

export function setText(node, text) {
  if (!node || node.textContent === String(text)) return false;
  node.textContent = text;
  return true;
}

/** Shows a notice with this text; "" hides it. */
export function setNote(node, text) {
  if (!node) return;
  setText(node, text);
  node.hidden = !text;
}

/** Sets the text; a change fades, unless less motion is wanted or the last one still fades. */
export function setCell(node, text) {
  if (!setText(node, text) || calm.matches || node.getAnimations().length) return;
  node.animate([{ backgroundColor: "var(--flash)", offset: 0 }], 600); // to the cell's own colour: the row of an open alarm has one
}

export function setTime(node, iso) {
  if (!node) return;
  node.setAttribute("datetime", iso ?? "");
  setText(node, time(iso, node.dataset.format, zone()));
}

/** Prints every time below `root` in the zone of now. */
export function paintTimes(root = document) {
  for (const node of all("time[data-format]", root)) setTime(node, node.getAttribute("datetime"));
}

export function copyOf(template) {
  return document.importNode(template.content, true).firstElementChild;
}

/** A link to a ticker's page, whose address the server gave, and text after it, in place of what was there. */
export function setTicker(node, { ticker, url }, text) {
  const link = document.createElement("a");
  link.href = url;
  link.textContent = ticker;
  node.replaceChildren(link, ` ${text}`);
}

/** Makes `parent` hold one element for each item, in order, kept by key so that focus stays; `fill` writes the numbers. */
export function reconcile(parent, items, { key, make, fill }) {
  for (const child of [...parent.children]) if (!child.dataset.key) child.remove(); // as the server rendered it
  const kept = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, place) => {
    const name = String(key(item));
    const child = kept.get(name) ?? make(item);
    kept.delete(name);
    child.dataset.key = name;
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] ?? null);
    fill(child, item);
  });
  for (const child of kept.values()) child.remove();
}

/** The parts of a row by their data-f. */
export function parts(row) {
  row.parts ??= Object.fromEntries(all("[data-f]", row).map((node) => [node.dataset.f, node]));
  return row.parts;
}
