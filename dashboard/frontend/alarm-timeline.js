// <alarm-timeline>: when which site was in alarm; the table below it has the numbers.

import { time } from "./format.js";
import { ticks, timelineSpan } from "./ranges.js";
import { zone } from "./zone.js";

const ROW = 26;
const TOP = 6;
const NAMES = 92;
const EDGE = 14;

function draw(name, attributes, text = "") {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}

class AlarmTimeline extends HTMLElement {
  #alarms = [];
  #now = 0;

  connectedCallback() {
    new ResizeObserver(() => this.#paint()).observe(this);
    document.addEventListener("zone", () => this.#paint());
  }

  show(alarms, now) {
    this.#alarms = alarms;
    this.#now = now;
    this.#paint();
  }

  #paint() {
    const width = this.clientWidth;
    if (!width || !this.#alarms.length) return this.replaceChildren();
    const sites = [...new Set(this.#alarms.map((alarm) => alarm.site))].sort();
    const span = timelineSpan(this.#alarms.map((alarm) => Date.parse(alarm.started)), this.#now);
    const start = this.#now - span;
    const x = (at) => NAMES + ((Math.max(start, at) - start) / span) * (width - NAMES - EDGE);
    const floor = TOP + sites.length * ROW;
    const label = `Alarms of the last ${span / 3_600_000} h by site. The table below has the numbers.`;
    const svg = draw("svg", { viewBox: `0 0 ${width} ${floor + 24}`, width, height: floor + 24, role: "img", "aria-label": label });
    for (const at of ticks(start, this.#now, Math.max(2, Math.floor(width / 110)))) {
      svg.append(draw("path", { d: `M${x(at)} ${TOP}V${floor}`, class: "grid" }));
      if (x(at) < width - 30) svg.append(draw("text", { x: x(at), y: floor + 17, class: "tick" }, time(at, "minute", zone())));
    }
    sites.forEach((site, place) => svg.append(...this.#row(site, TOP + place * ROW, x, width)));
    this.replaceChildren(svg);
  }

  #row(site, y, x, width) {
    const middle = y + ROW / 2;
    const marks = this.#alarms.filter((alarm) => alarm.site === site).map((alarm) => {
      const from = x(Date.parse(alarm.started));
      const long = Math.max(3, x(alarm.ended ? Date.parse(alarm.ended) : this.#now) - from);
      if (alarm.ended) return draw("rect", { x: from, y: middle - 5, width: long, height: 10, rx: 2, class: "episode" });
      const [left, right] = [Math.min(from, x(this.#now) - 3), x(this.#now)];
      return draw("path", { d: `M${left} ${middle - 6}H${right}L${right + 8} ${middle}L${right} ${middle + 6}H${left}Z`, class: "episode open" });
    });
    return [
      draw("path", { d: `M${NAMES} ${middle}H${width - EDGE}`, class: "base" }),
      draw("text", { x: 0, y: middle + 4, class: "name" }, site.length > 13 ? `${site.slice(0, 12)}…` : site),
      ...marks,
    ];
  }
}

customElements.define("alarm-timeline", AlarmTimeline);
