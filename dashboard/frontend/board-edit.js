// Ordering the panels of a board, by the pointer and by buttons.

import { all, one } from "./dom.js";

const FOCUS = "board-focus";

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

for (const button of all(".panel-acts button")) {
  button.addEventListener("click", () => {
    const place = Number(button.closest("li").dataset.place);
    const moved = { up: place - 1, down: place + 1 }[button.value];
    if (moved !== undefined) sessionStorage.setItem(FOCUS, `${button.value}-${moved}`);
  });
}
const list = one("[data-order]");
if (list) drag(list);
const focused = sessionStorage.getItem(FOCUS);
sessionStorage.removeItem(FOCUS);
if (focused) {
  const field = document.getElementById(focused);
  (field?.disabled ? one("a", field.closest("li")) : field)?.focus();
}
