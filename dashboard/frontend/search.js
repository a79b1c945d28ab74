// Suggestions below the search field, as a combobox (WAI-ARIA APG, "Editable Combobox With List Autocomplete").

import { one, setText } from "./dom.js";
import { move, told } from "./suggestions.js";

const PAUSE = 120; // milliseconds without a key, until the server is asked

function option({ kind, title, about }, place) {
  const row = document.createElement("li");
  row.id = `suggestion-${place}`;
  row.setAttribute("role", "option");
  row.setAttribute("aria-selected", "false");
  const [name, sort, more] = ["span", "small", "small"].map((tag) => document.createElement(tag));
  [name.textContent, sort.textContent, more.textContent] = [title, kind, about];
  row.append(name, sort, more);
  return row;
}

class Suggestions {
  #form;
  #field;
  #list;
  #hits = [];
  #place = -1;
  #timer = 0;
  #asking = new AbortController();

  constructor(form) {
    this.#form = form;
    [this.#field, this.#list] = [one("input", form), one("ul", form)];
    this.#list.setAttribute("role", "listbox");
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.#list.id };
    for (const [name, value] of Object.entries(roles)) this.#field.setAttribute(name, value);
    this.#field.addEventListener("input", () => this.#later());
    this.#field.addEventListener("keydown", (event) => this.#onKey(event));
    this.#field.addEventListener("blur", () => this.#show([]));
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.#list.addEventListener("click", (event) => this.#go([...this.#list.children].indexOf(event.target.closest("li"))));
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(this.#field.value.trim()), PAUSE);
  }

  async #ask(text) {
    this.#asking.abort();
    this.#asking = new AbortController();
    if (!text) return this.#show([]);
    try {
      const url = `${this.#form.dataset.suggest}?${new URLSearchParams({ q: text })}`;
      const answer = await fetch(url, { signal: this.#asking.signal, redirect: "error", headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      this.#show((await answer.json()).hits, text);
    } catch {
      // Without suggestions the field still searches; an answer to an older text is not wanted.
    }
  }

  #show(hits, text = "") {
    if (hits.length && document.activeElement !== this.#field) return;
    this.#hits = hits;
    this.#list.replaceChildren(...hits.map(option));
    this.#list.hidden = !hits.length;
    this.#field.setAttribute("aria-expanded", String(!!hits.length));
    const found = one("[data-found]", this.#form);
    setText(found, told(text, hits.length));
    found.className = text && !hits.length ? "suggestions nothing" : "unseen";
    this.#choose(-1);
  }

  #choose(place) {
    this.#list.children[this.#place]?.setAttribute("aria-selected", "false");
    this.#place = place;
    const row = this.#list.children[place];
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
    if (row) this.#field.setAttribute("aria-activedescendant", row.id);
    else this.#field.removeAttribute("aria-activedescendant");
  }

  #go(place) {
    if (this.#hits[place]) location.assign(this.#hits[place].url);
  }

  #onKey(event) {
    const place = move(event.key, this.#place, this.#hits.length);
    if (place !== null) this.#choose(place);
    else if (event.key === "Enter" && this.#place >= 0) this.#go(this.#place);
    else if (event.key === "Escape" && this.#hits.length) this.#show([]);
    else if (event.key === "Escape" && !this.#field.value) this.#field.blur();
    else return;
    event.preventDefault();
  }
}

/** Shows suggestions below the field of this form, if there is one. */
export function suggest(form) {
  if (form) new Suggestions(form);
}
