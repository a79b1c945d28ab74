// <line-chart>: uPlot in an element that follows its size, theme and zone; pointer and arrow keys read out points.
// The cursors of a page's charts move together. On a page that can show other times, a drag chooses one, or Shift with
// arrow keys and then Enter.

import uPlot from "uplot";

import { lastMoment } from "./addresses.js";
import { setWords } from "./dom.js";
import { drawMarks } from "./marks.js";
import { inks } from "./theme-colors.js";
import { zone } from "./zone.js";

const EDGE = 8; // CSS pixels: a drag that ends so near to an edge means all up to the edge, the newest moment included
const KEYS = "Shift and arrow keys choose a time, Enter shows it.";

/** Says whether the page can show other times: it listens to "zoom" then. */
const zooms = () => Boolean(document.querySelector("[data-range], [data-zooms]"));

class LineChart extends HTMLElement {
  #plot = null;
  #spec = null;
  #data = null;
  #anchor = null; // the index at which a choice by keys began
  #readout = document.createElement("p");
  #canvas = document.createElement("div");

  connectedCallback() {
    this.tabIndex = 0;
    this.setAttribute("role", "group");
    if (zooms()) this.setAttribute("aria-description", KEYS);
    this.#readout.className = "readout";
    this.#canvas.className = "canvas";
    this.append(this.#readout, this.#canvas);
    new ResizeObserver(() => this.#fit()).observe(this.#canvas);
    for (const event of ["zone", "theme"]) document.addEventListener(event, () => this.#build());
    this.addEventListener("keydown", (event) => this.#key(event));
  }

  /** `spec` is one of charts.js; `data` its columns. */
  show(spec, data) {
    this.#data = data;
    if (this.#plot && this.#spec === spec) return this.#plot.setData(data);
    this.#spec = spec;
    this.#build();
  }

  #build() {
    this.#plot?.destroy();
    this.#plot = null;
    const width = this.#canvas.clientWidth;
    if (!this.#spec || !width) return;
    const options = this.#spec.options(inks(), zone(), uPlot);
    const ink = inks();
    const drawn = [...(options.hooks?.draw ?? []), (plot) => drawMarks(plot, ink)];
    const hooks = { ...options.hooks, draw: drawn, setCursor: [(plot) => this.#read(plot.cursor.idx)], setSelect: [(plot) => this.#zoom(plot)] };
    options.cursor = { ...options.cursor, sync: { key: "page", scales: ["x", null] }, drag: { x: zooms(), y: false, setScale: false }, bind: { dblclick: () => null } };
    const size = { width, height: this.#canvas.clientHeight };
    this.#plot = new uPlot({ ...options, ...size, hooks, legend: { show: false } }, this.#data, this.#canvas);
    this.#read(null);
  }

  #fit() {
    if (!this.#plot) return this.#build();
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (width && (width !== this.#plot.width || height !== this.#plot.height)) this.#plot.setSize({ width, height });
  }

  #read(index) {
    const known = index !== null && index !== undefined && this.#data[0][index] !== undefined;
    const words = known ? this.#spec.read(this.#data, index, zone()) : this.#spec.key;
    setWords(this.#readout, words);
  }

  /** Announces the time that was dragged over, in seconds. */
  #zoom(plot) {
    const { left, width } = plot.select;
    if (width < 4) return;
    const right = left + width;
    const from = left <= EDGE ? plot.scales.x.min : plot.posToVal(left, "x");
    const to = right >= plot.over.clientWidth - EDGE ? lastMoment(this.#data[0], plot.scales.x.max) : plot.posToVal(right, "x");
    this.#letGo();
    this.dispatchEvent(new CustomEvent("zoom", { bubbles: true, detail: { from, to } }));
  }

  #letGo() {
    this.#anchor = null;
    this.#plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }

  #key(event) {
    if (!this.#plot) return;
    if (event.key === "Enter" && this.#anchor !== null) this.#zoom(this.#plot);
    else if (event.key === "Escape" && this.#anchor !== null) this.#letGo();
    else this.#step(event);
  }

  #step(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const last = this.#data[0].length - 1;
    const from = this.#plot.cursor.idx ?? (way < 0 ? last + 1 : -1);
    const index = Math.min(last, Math.max(0, from + way));
    this.#readout.setAttribute("role", "status");
    this.#plot.setCursor({ left: this.#plot.valToPos(this.#data[0][index], "x"), top: 1 }, true, true);
    if (event.shiftKey && zooms()) this.#choose(Math.min(last, Math.max(0, from)), index);
    else this.#letGo();
  }

  /** Chooses the time between the point at which the choice began and this one. */
  #choose(from, to) {
    this.#anchor ??= from;
    const [left, right] = [this.#anchor, to].map((index) => this.#plot.valToPos(this.#data[0][index], "x")).sort((one, other) => one - other);
    this.#plot.setSelect({ left, width: right - left, top: 0, height: this.#plot.over.clientHeight }, false);
  }
}

customElements.define("line-chart", LineChart);
