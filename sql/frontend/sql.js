// The page of a SQL application: newest rows and curves of its streams, faults, deliveries, switches.

import "#kit/line-chart.js";

import { all, copyOf, one, parts, reconcile, setCell, setText, setTime } from "#kit/dom.js";
import { compact, grouped } from "#kit/format.js";
import { follow } from "#kit/live.js";
import { hearSignals, isCurrent, watchSignals } from "#kit/signals.js";

import { cell } from "./cells.js";
import { lookOf } from "./curve.js";

const { topic, curvesTopic, version } = one("[data-page]").dataset;
const section = (stream) => one(`[data-output="${CSS.escape(stream)}"]`);

function show(data) {
  hearSignals(data);
  const empty = !data.newest && !data.outputs.some((output) => output.count);
  one("[data-empty]").hidden = !empty;
  one("[data-content]").hidden = empty;
  one("[data-changed]").hidden = String(data.version) === version;
  setText(one("[data-changed-version]"), data.version);
  setText(one('[data-kpi="rate"]'), isCurrent() ? grouped(data.rate, 1) : "–");
  setText(one('[data-kpi="state"]'), compact(data.state_bytes));
  setText(one('[data-kpi="faults"]'), compact(data.fault_rows));
  one('[data-kpi="faults"]').classList.toggle("late", data.fault_rows > 0);
  for (const output of data.outputs) showOutput(section(output.name), output);
  fillTable("faults", "fault", data.faults, (row) => `${row.pump} ${row.kind} ${row.column} ${row.line} ${row.expression}`, fillFault);
  fillTable("deliveries", "delivery", data.deliveries, (row) => row.to, fillDelivery);
  fillTable("switches", "switch", data.switches, (row) => `${row.arrived} ${row.shard} ${row.version}`, fillSwitch);
}

/** Fills the table of rows that are all of one kind, and hides it while there are none. */
function fillTable(name, row, rows, key, fill) {
  for (const node of all(`[data-${name}-shown]`)) node.hidden = !rows.length;
  reconcile(one(`[data-${name}]`), rows, { key, make: () => copyOf(one(`template[data-${row}]`)), fill });
}

function showOutput(node, output) {
  if (!node) return; // of a version that this page does not show
  for (const part of all("[data-has-rows]", node)) part.hidden = !output.count;
  one("[data-no-rows]", node).hidden = output.count > 0;
  setText(one('[data-f="count"]', node), grouped(output.count));
  setText(one('[data-f="minute"]', node), grouped(output.minute));
  const rows = output.rows.map((row, place) => ({ ...row, number: output.count - place }));
  const make = () => copyOf(one("template[data-row]", node));
  reconcile(one("[data-rows]", node), rows, { key: (row) => row.number, make, fill: fillRow });
}

function fillRow(row, { rowtime, values }) {
  setTime(one("time", row), rowtime);
  [...row.children].slice(1).forEach((node, place) => setText(node, cell(values[place])));
}

function fillFault(row, fault) {
  const cells = parts(row);
  for (const name of ["pump", "sentence", "expression", "value"]) setText(cells[name], fault[name]);
  setText(cells.column, fault.column || "–");
  setText(cells.line, fault.line || "");
  cells.line.href = `#L${fault.line || ""}`;
  setCell(cells.count, grouped(fault.count));
  setTime(cells.last, fault.last);
}

function fillDelivery(row, delivery) {
  const cells = parts(row);
  setText(cells.to, delivery.to);
  setCell(cells.delivered, grouped(delivery.delivered));
  setText(cells.waiting, grouped(delivery.waiting));
  setText(cells.trouble, delivery.trouble || "delivers");
}

function fillSwitch(row, taken) {
  const cells = parts(row);
  setText(cells.before, taken.before || "–");
  setText(cells.version, taken.version);
  setTime(cells.arrived, taken.arrived);
  setText(cells.shard, taken.shard === "*" ? "whole stream" : taken.shard);
  setText(cells.sequence, taken.sequence || "–");
}

function showCurves({ curves }) {
  for (const node of all("[data-output]")) {
    const own = curves.filter((curve) => curve.stream === node.dataset.output && curve.points[0].length);
    const make = () => copyOf(one("template[data-curve]"));
    reconcile(one("[data-curves]", node), own, { key: (curve) => curve.column, make, fill: fillCurve });
  }
}

function fillCurve(figure, curve) {
  setText(one("figcaption", figure), curve.column);
  const chart = one("line-chart", figure);
  chart.setAttribute("aria-label", `${curve.column} of the newest rows of ${curve.stream} over row time. The table below has the newest.`);
  chart.show(lookOf(curve), curve.points);
}

one("[data-changed] a").addEventListener("click", (event) => {
  event.preventDefault();
  location.reload();
});
follow({ [curvesTopic]: showCurves, [topic]: show });
watchSignals();
