// Sends a form, and puts the parts of the answer in their places on the page.

import { all, one, paintTimes } from "#kit/dom.js";

const LOST = "The site gave no answer. Your text is still here; try again, or reload the page if you were signed out.";

/** Sends a form as its button would. Returns the answer's document, or null if there is none, or a later one is sent. */
export function send(form, name, signal) {
  const body = new FormData(form);
  body.set("do", name);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest(); // unlike fetch, it parses mark-up into a document that runs nothing
    request.open("POST", form.action);
    request.responseType = "document";
    request.setRequestHeader("X-Part", "1");
    request.onload = () => resolve(request.response?.querySelector("[data-part]") ? request.response : null);
    request.onerror = request.onabort = () => resolve(null);
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

/** Replaces the parts that the answer has, but for those in `kept`. Returns the new ones by name. */
export function place(answer, kept = []) {
  const placed = {};
  for (const part of all("body > [data-part]", answer)) {
    const old = one(`[data-part="${CSS.escape(part.dataset.part)}"]`);
    if (!old || kept.includes(part.dataset.part)) continue;
    const node = document.adoptNode(part);
    old.replaceWith(node);
    paintTimes(node);
    placed[node.dataset.part] = node;
  }
  return placed;
}

/** Asks one thing at a time: a later question takes the place of an earlier one that has no answer yet. */
export class Asker {
  #form;
  #under = null;

  constructor(form) {
    this.#form = form;
  }

  /** Returns the answer's document; null if a later question was asked. Tells the person if the site is away. */
  async ask(name) {
    this.#under?.abort();
    const mine = new AbortController();
    this.#under = mine;
    this.#form.setAttribute("aria-busy", "true");
    const answer = await send(this.#form, name, mine.signal);
    if (mine.signal.aborted) return null;
    this.#form.removeAttribute("aria-busy");
    tell(answer ? "" : LOST);
    return answer;
  }
}

function tell(words) {
  const node = one('[data-part="status"], [data-part="suggested"]');
  if (node && words) node.textContent = words;
}
