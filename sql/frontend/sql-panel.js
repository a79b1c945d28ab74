// The page that makes a panel: each choice shows its result on real records at once.

import "#kit/line-chart.js";

import { all, one } from "#kit/dom.js";

import { lookOf } from "./curve.js";
import { Asker, place } from "./editing/parts.js";

const PAUSE = 400; // milliseconds

const form = one("[data-panel-form]");
let timer = 0;

async function look(asker) {
  clearTimeout(timer);
  const answer = await asker.ask("look");
  if (!answer) return;
  const known = one('[data-part="choices"]').dataset.stream;
  const kept = answer.querySelector('[data-part="choices"]').dataset.stream === known ? ["choices"] : []; // focus stays
  place(answer, kept);
  draw();
}

function draw() {
  const found = one("#panel-curves");
  if (!found) return;
  const curves = JSON.parse(found.textContent);
  all("[data-curve]").forEach((figure, index) => {
    const curve = curves[index];
    if (curve?.points[0].length) one("line-chart", figure).show(lookOf(curve), curve.points);
    else figure.hidden = true;
  });
}

if (form) {
  const asker = new Asker(form);
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => look(asker), PAUSE);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value === "keep") return;
    event.preventDefault();
    look(asker);
  });
  if (!one("#panel-curves")) look(asker);
}
draw();
