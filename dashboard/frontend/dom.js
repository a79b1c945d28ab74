// Small changes to the page, by properties and text, never by mark-up.

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

/** Sets the text. A change fades in, unless the user prefers less motion or the last change still fades. */
export function setCell(node, text) {
  if (!setText(node, text) || calm.matches || node.getAnimations().length) return;
  node.animate([{ backgroundColor: "var(--flash)", offset: 0 }], 600); // to the cell's own colour: the row of an open alarm has one
}

export function setTime(node, iso) {
  if (!node) return;
  node.setAttribute("datetime", iso ?? "");
  setText(node, time(iso, node.dataset.format, zone()));
}

/** Writes every time below `root` in the current zone. */
export function paintTimes(root = document) {
  for (const node of all("time[data-format]", root)) setTime(node, node.getAttribute("datetime"));
}

export function copyOf(template) {
  return document.importNode(template.content, true).firstElementChild;
}

/** Appends a new element with these properties. */
export function made(parent, tag, fields = {}) {
  return parent.appendChild(Object.assign(document.createElement(tag), fields));
}

/** Replaces the content by words, [text, class] each. */
export function setWords(node, words) {
  node.replaceChildren(...words.map(([textContent, className = ""]) => Object.assign(document.createElement("span"), { className, textContent })));
}

/** Replaces the content by a link to a ticker's page, at the server's address for it, and text behind the link. */
export function setTicker(node, { ticker, url }, text) {
  const link = document.createElement("a");
  link.href = url;
  link.textContent = ticker;
  node.replaceChildren(link, ` ${text}`);
}

const points = matchMedia("(hover: hover)");
const held = new WeakMap(); // by parent: the call that waits until the pointer and the focus have left it

/** Returns whether somebody is about to act on a row: no row may move under the pointer or from under the focus. */
const isHeld = (parent) => (points.matches && parent.matches(":hover")) || Boolean(parent.querySelector(":focus-visible"));

/**
 * Makes `parent` hold one element for each item, in order. Elements are reused by key, so that focus stays. While the
 * pointer or the focus is on one of them, only their contents change; the order follows once it has left.
 */
export function reconcile(parent, items, ports) {
  if (!parent.querySelector(":scope > [data-key]") || !isHeld(parent)) {
    held.delete(parent);
    return arrange(parent, items, ports);
  }
  const found = new Map(items.map((item) => [String(ports.key(item)), item]));
  for (const child of parent.children) if (found.has(child.dataset.key)) ports.fill(child, found.get(child.dataset.key));
  const waited = held.has(parent);
  held.set(parent, () => arrange(parent, items, ports));
  if (!waited) for (const event of ["pointerleave", "focusout"]) parent.addEventListener(event, release);
}

function release({ currentTarget: parent }) {
  setTimeout(() => {
    if (isHeld(parent)) return;
    for (const event of ["pointerleave", "focusout"]) parent.removeEventListener(event, release);
    held.get(parent)?.();
    held.delete(parent);
  });
}

function arrange(parent, items, { key, make, fill }) {
  for (const child of [...parent.children]) if (!child.dataset.key) child.remove(); // rendered by the server
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

/** Returns the parts of a row by their data-f. */
export function parts(row) {
  row.parts ??= Object.fromEntries(all("[data-f]", row).map((node) => [node.dataset.f, node]));
  return row.parts;
}
