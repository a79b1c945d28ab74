// Making boards: a form shows its preview at once, and panels are ordered by the pointer.

import { all, one } from "./dom.js";

const FOCUS = "board-focus";

/** Asks for the preview, and remembers the field, since the page is loaded anew. */
function preview(field) {
  sessionStorage.setItem(FOCUS, field.id);
  field.form.requestSubmit();
}

/** Puts the fields as they are now into the form that keeps the panel. */
function keep() {
  const kept = one("#keep");
  for (const field of all("[data-preview] [name]")) {
    const twin = one(`[name="${CSS.escape(field.name)}"]`, kept) ?? kept.appendChild(document.createElement("textarea"));
    twin.name = field.name;
    twin.value = field.value;
  }
}

function drag(list) {
  let held = null;
  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".handle");
    if (!handle) return;
    event.preventDefault();
    held = handle.closest("li");
    held.dataset.held = "";
    list.setPointerCapture(event.pointerId);
  });
  list.addEventListener("pointermove", (event) => {
    if (!held) return;
    const after = all("li:not([data-held])", list).find((item) => {
      const { top, height } = item.getBoundingClientRect();
      return event.clientY < top + height / 2;
    });
    if (after ? held.nextElementSibling !== after : list.lastElementChild !== held) list.insertBefore(held, after ?? null);
  });
  const drop = (event) => {
    if (!held) return;
    delete held.dataset.held;
    held = null;
    if (event.type === "pointerup") sendOrder(list);
  };
  list.addEventListener("pointerup", drop);
  list.addEventListener("pointercancel", drop);
}

function sendOrder(list) {
  const order = all("li", list).map((item) => item.dataset.place);
  if (order.every((place, at) => Number(place) === at)) return;
  const form = one("[data-order-form]");
  one("[name=order]", form).value = order.join(",");
  form.requestSubmit();
}

for (const field of all("[data-previews]")) field.addEventListener("change", () => preview(field));
for (const button of all(".panel-acts button")) {
  button.addEventListener("click", () => {
    const place = Number(button.closest("li").dataset.place);
    const moved = { up: place - 1, down: place + 1 }[button.value];
    if (moved !== undefined) sessionStorage.setItem(FOCUS, `${button.value}-${moved}`);
  });
}
one("[data-keep]")?.addEventListener("click", keep);
const list = one("[data-order]");
if (list) drag(list);
const focused = sessionStorage.getItem(FOCUS);
sessionStorage.removeItem(FOCUS);
if (focused) {
  const field = document.getElementById(focused);
  (field?.disabled ? one("a", field.closest("li")) : field)?.focus();
}
