// <alarm-timeline>: the alarms of each site over time, each a link to its page; the table below has the numbers.

import { named } from "./alarms.js";
import { reconcile } from "#kit/dom.js";
import { time } from "#kit/format.js";
import { ticks, timelineSpan } from "#kit/ranges.js";
import { zone } from "#kit/zone.js";

const ROW = 26;
const TOP = 6;
const NAMES = 92;
const EDGE = 14;
const LEAST = 10; // pixels of a bar that a pointer can hit, even for a short alarm

function shape(node, attributes, text = "") {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}

const draw = (name, attributes = {}, text = "") => shape(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, text);

class AlarmTimeline extends HTMLElement {
  #alarms = [];
  #now = 0;
  #svg = draw("svg", { role: "group" });
  #paper = draw("g");
  #links = draw("g"); // reused by each painting, so that the focus stays

  connectedCallback() {
    this.#svg.append(this.#paper, this.#links);
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
    const size = { viewBox: `0 0 ${width} ${floor + 24}`, width, height: floor + 24 };
    for (const [key, value] of Object.entries({ ...size, "aria-label": label })) this.#svg.setAttribute(key, value);
    this.#paper.replaceChildren(...this.#grid(start, floor, width, x), ...sites.flatMap((site, place) => row(site, middle(place), width)));
    const make = () => draw("a");
    const fill = (link, alarm) => this.#fillLink(link, alarm, middle(sites.indexOf(alarm.site)), x);
    const ordered = [...this.#alarms].sort((one, other) => (order(one) < order(other) ? -1 : 1));
    reconcile(this.#links, ordered, { key: (alarm) => alarm.alarm_url, make, fill });
    if (!this.#svg.isConnected) this.replaceChildren(this.#svg);
  }

  #grid(start, floor, width, x) {
    return ticks(start, this.#now, Math.max(2, Math.floor(width / 110))).flatMap((at) => [
      draw("path", { d: `M${x(at)} ${TOP}V${floor}`, class: "grid" }),
      ...(x(at) < width - 30 ? [draw("text", { x: x(at), y: floor + 17, class: "tick" }, time(at, "minute", zone()))] : []),
    ]);
  }

  #fillLink(link, alarm, y, x) {
    const from = x(Date.parse(alarm.started));
    const length = Math.max(3, x(alarm.ended ? Date.parse(alarm.ended) : this.#now) - from);
    const wide = Math.max(LEAST, length + 2);
    const name = named(alarm, zone());
    shape(link, { href: alarm.alarm_url, "aria-label": name });
    const target = draw("rect", { x: from + length / 2 - wide / 2, y: y - ROW / 2 + 1, width: wide, height: ROW - 2, class: "target" });
    link.append(draw("title", {}, name), target, alarm.ended ? closed(from, y, length) : open(from, y, x(this.#now)));
  }
}

const middle = (place) => TOP + place * ROW + ROW / 2;
const order = ({ site, started }) => `${site} ${started}`;
const closed = (from, y, length) => draw("rect", { x: from, y: y - 5, width: length, height: 10, rx: 2, class: "episode" });

function open(from, y, right) {
  const left = Math.min(from, right - 3);
  return draw("path", { d: `M${left} ${y - 6}H${right}L${right + 8} ${y}L${right} ${y + 6}H${left}Z`, class: "episode open" });
}

function row(site, y, width) {
  return [
    draw("path", { d: `M${NAMES} ${y}H${width - EDGE}`, class: "base" }),
    draw("text", { x: 0, y: y + 4, class: "name" }, site.length > 13 ? `${site.slice(0, 12)}…` : site),
  ];
}

customElements.define("alarm-timeline", AlarmTimeline);
