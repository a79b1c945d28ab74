// Sends a form, and puts the parts of the answer in their places on the page.

import { all, one, paintTimes } from "#kit/dom.js";

const LOST = "The site gave no answer. Your text is still here; try again, or reload the page if you were signed out.";

/** Sends a form as its button would. Returns the answer's document, or null if there is none. */
function send(form, name) {
  const body = new FormData(form);
  body.set("do", name);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest(); // unlike fetch, it parses mark-up into a document that runs nothing
    request.open("POST", form.action);
    request.responseType = "document";
    request.setRequestHeader("X-Part", "1");
    request.onload = () => resolve(request.response?.querySelector("[data-part]") ? request.response : null);
    request.onerror = () => resolve(null);
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

/** Asks one thing at a time. Of the questions that come meanwhile the latest is asked next, and the others never. */
export class Asker {
  #form;
  #under = null;
  #latest = 0;

  constructor(form) {
    this.#form = form;
  }

  /** Returns the answer's document; null if a later question was asked. Tells the person if the site is away. */
  async ask(name) {
    const mine = ++this.#latest;
    await this.#under;
    if (mine !== this.#latest) return null;
    this.#form.setAttribute("aria-busy", "true");
    this.#under = send(this.#form, name);
    const answer = await this.#under;
    if (mine !== this.#latest) return null;
    this.#form.removeAttribute("aria-busy");
    if (!answer) tell(LOST);
    return answer;
  }
}

function tell(words) {
  const node = one('[data-part="status"], [data-part="suggested"]');
  if (node) node.textContent = words;
}
