// The form of a rule: shows itself anew when a choice changes, and moves the levels in the curve with the sliders.

import "#kit/line-chart.js";

import { all, one, setText } from "#kit/dom.js";
import { figure } from "#kit/parts/figures.js";
import { levelChart } from "./parts/levels.js";

const form = one("[data-rule-form]");
const node = document.getElementById("curve");
const data = node ? JSON.parse(node.textContent) : null;
const spec = data && levelChart({ start: data.columns[0][0], end: data.columns[0].at(-1), step: data.step / 1000 }, data.sides);
const field = (name) => form.elements.namedItem(name);
const number = (name) => (field(name)?.value.trim() ? Number(field(name).value.replaceAll(",", "")) : NaN);

/** Draws the curve with the levels that the form has now; a clear level that is empty is the raise level. */
function draw() {
  if (!data) return;
  const [at, values] = data.columns;
  const raised = number("level");
  const cleared = Number.isNaN(number("clear")) ? raised : number("clear");
  const level = (value) => at.map(() => (Number.isNaN(value) ? null : value));
  one("line-chart").show(spec, [at, values, level(raised), level(cleared)]);
}

function showLevels() {
  for (const slider of all("[data-slider]")) {
    const value = number(slider.dataset.slider);
    if (!Number.isNaN(value)) slider.value = value;
    const none = slider.dataset.slider === "clear" && !Number.isNaN(number("level")) ? "the same" : "–";
    setText(one(`[data-out="${slider.dataset.slider}"]`), Number.isNaN(value) ? none : figure(value));
  }
  draw();
}

for (const slider of all("[data-slider]")) {
  slider.addEventListener("input", () => {
    field(slider.dataset.slider).value = String(Number(slider.value));
    showLevels();
  });
}
for (const input of all("[data-level]")) input.addEventListener("input", showLevels);
document.addEventListener("change", (event) => {
  if ("shows" in event.target.dataset) form.requestSubmit(one("[data-show]"));
});

const recount = one("[data-backtest]");
let asking = false;
let again = false; // the form has changed since the question

/** Asks what the rule would have made; one question at a time, the last one of a movement for certain. */
async function countAgain() {
  if (!recount) return;
  again = asking;
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch(recount.dataset.url, { method: "POST", body: new FormData(form), signal: AbortSignal.timeout(10_000) });
    const found = await answer.json();
    recount.hidden = false;
    setText(one("[data-words]"), found.words ?? "–");
    setText(one("[data-note]"), found.note ?? found.error);
  } catch {
    setText(one("[data-note]"), "The server does not answer; this is the last count.");
  }
  asking = false;
  if (again) countAgain();
}

for (const input of all("[data-level], [data-slider]")) input.addEventListener("input", countAgain);
showLevels();
