// The page of one alarm: draws its curve with both levels, and keeps it current until it has ended.

import "#kit/line-chart.js";

import { levelChart } from "./parts/levels.js";
import { copyOf, one, parts, reconcile, setCell, setText, setTime } from "#kit/dom.js";
import { grouped, span } from "#kit/format.js";
import { figure } from "#kit/parts/figures.js";
import { follow } from "#kit/state-poll.js";

const page = one("[data-page]");
const curve = document.getElementById("curve");
let end = null; // of the curve that is shown, in seconds

/** Draws the curve; the look is made anew when its span has changed. */
function draw(found) {
  const chart = one("line-chart");
  if (!chart || !found) return;
  const [at] = found.columns;
  if (end !== at.at(-1)) {
    end = at.at(-1);
    draw.spec = levelChart({ start: at[0], end: at.at(-1), step: found.step / 1000 }, found.sides);
  }
  chart.show(draw.spec, found.columns);
}

function show({ episode, curve: newer, told }) {
  const cells = parts(page);
  const over = Boolean(episode.ended);
  for (const name of ["calls", "notices", "suppressed"]) setCell(cells[name], grouped(episode[name]));
  for (const name of ["value", "peak"]) setCell(cells[name], figure(episode[name]));
  if (cells.acknowledged.dataset.by !== episode.acknowledged_by) {
    cells.acknowledged.dataset.by = episode.acknowledged_by;
    setText(cells.acknowledged, `by ${episode.acknowledged_by}`);
  }
  cells.opened.hidden = over;
  cells.over.hidden = cells.endbox.hidden = !over;
  if (over) {
    setTime(cells.ended, episode.ended);
    setText(cells.lasted, span((Date.parse(episode.ended) - Date.parse(episode.started)) / 1000));
  }
  const acknowledge = one("[data-acknowledge]");
  if (acknowledge) acknowledge.hidden = over || Boolean(episode.acknowledged_by);
  if (over && one("[data-acts]")) one("[data-acts]").hidden = true;
  draw(newer);
  showTold(told);
}

function showTold(told) {
  one("[data-told-table]").hidden = !told.length;
  if (one("[data-told-none]")) one("[data-told-none]").hidden = told.length > 0;
  reconcile(one("[data-told]"), told, { key: ({ key }) => key, make: () => copyOf(one("template[data-told-row]")), fill: fillTold });
}

function fillTold(row, message) {
  const cells = parts(row);
  row.dataset.result = message.result;
  for (const name of ["notice", "result", "answer"]) setText(cells[name], message[name] ?? "");
  cells.answer.toggleAttribute("tabindex", cells.answer.textContent.length > 160); // so that it can be scrolled by keys
  setText(cells.target, message.target || "–");
  setText(cells.attempts, grouped(message.attempts));
  setTime(cells.at, message.at);
}

if (curve) draw(JSON.parse(curve.textContent));
if (page.dataset.state) follow(page.dataset.state, show);
