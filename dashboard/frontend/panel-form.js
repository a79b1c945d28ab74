// The form of a panel: it shows its preview at once, and keeps what is shown.

import { all, one } from "./dom.js";

const FOCUS = "panel-focus";

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

for (const field of all("[data-previews]")) field.addEventListener("change", () => preview(field));
one("[data-keep]")?.addEventListener("click", keep);
const focused = sessionStorage.getItem(FOCUS);
sessionStorage.removeItem(FOCUS);
if (focused) document.getElementById(focused)?.focus();
