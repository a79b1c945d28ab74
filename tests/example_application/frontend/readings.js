// Keeps the table of devices current.

import { copyOf, one, parts, reconcile, setCell, setText, setTime } from "../../../dashboard/frontend/dom.js";
import { grouped } from "../../../dashboard/frontend/format.js";
import { follow } from "../../../dashboard/frontend/live.js";
import { hearSignals, watchSignals } from "../../../dashboard/frontend/signals.js";

function show(data) {
  hearSignals(data);
  const empty = !data.newest && !data.devices.length;
  one("[data-empty]").hidden = !empty;
  one("[data-content]").hidden = empty;
  setTime(one("[data-minute]"), data.minute);
  const make = () => copyOf(one("template[data-row]"));
  reconcile(one("[data-rows]"), data.devices, { key: (row) => row.device, make, fill });
}

function fill(row, { device, mean, readings }) {
  const cells = parts(row);
  setText(cells.device, device);
  setCell(cells.mean, grouped(mean, 2));
  setCell(cells.readings, grouped(readings));
}

follow({ [one("[data-page]").dataset.topic]: show });
watchSignals();
