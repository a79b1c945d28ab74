// Keeps the cards of probes current: state, last hour, time of the newest answer.

import { one, parts, setText, setTime } from "../../../dashboard/frontend/dom.js";
import { grouped } from "../../../dashboard/frontend/format.js";
import { follow } from "../../../dashboard/frontend/live.js";
import { hearSignals, watchSignals } from "../../../dashboard/frontend/signals.js";
import { stateOf, where } from "./parts/bars.js";

const page = one("[data-page]");

function show(data) {
  hearSignals(data);
  const empty = !data.newest && !data.probes.length;
  one("[data-empty]").hidden = !empty;
  one("[data-content]").hidden = empty;
  setText(one('[data-f="down-count"]'), grouped(data.down));
  setText(one('[data-f="total-count"]'), grouped(data.total));
  const cards = new Map([...document.querySelectorAll("[data-probe]")].map((card) => [card.dataset.probe, card]));
  for (const probe of data.probes) {
    if (cards.has(probe.probe)) fill(cards.get(probe.probe), probe);
  }
}

function fill(card, probe) {
  const cells = parts(card);
  card.dataset.state = probe.state;
  setText(cells.state, probe.state);
  setTime(cells.since, probe.since);
  setTime(cells.checked, probe.checked);
  setText(cells.milliseconds, grouped(probe.milliseconds));
  cells.unit.hidden = probe.milliseconds === null;
  setText(cells.where, where(probe));
  setText(cells.error, probe.error);
  cells.error.hidden = !probe.error;
  if (page.dataset.range === "1h") {
    const bars = card.querySelectorAll("[data-bars] rect");
    probe.beats.forEach(([checks, failed], place) => bars[place]?.setAttribute("class", `is-${stateOf(checks, failed)}`));
  }
}

follow({ [page.dataset.topic]: show });
watchSignals();
