// <day-chart>: prices with volume, or changes in percent, over days. A drag, a wheel, two fingers or keys move the view;
// it is drawn at most once in a frame. It announces "move" with the view, and "settle" once the view rests.

import uPlot from "uplot";

import { setWords } from "#kit/dom.js";
import { inks } from "#kit/theme-colors.js";
import { zone } from "#kit/zone.js";
import { gestures } from "./gestures.js";
import { changes, prices, volumes } from "./looks.js";
import { DAY, hasCandles } from "./drawing.js";
import { daysIn, moved, within, zoomed } from "./view.js";

const KEYS = "Arrow keys read days; Shift and arrows move; plus and minus zoom; Home and End go to the oldest and the newest day.";
const REST = 250; // milliseconds without a move

class DayChart extends HTMLElement {
  #model = null;
  #look = null;
  #plots = [];
  #view = null;
  #bounds = null;
  #frame = 0;
  #timer = 0;
  #readout = document.createElement("p");
  #canvases = ["canvas", "canvas low"].map((name) => Object.assign(document.createElement("div"), { className: name }));

  connectedCallback() {
    this.tabIndex = 0;
    this.setAttribute("role", "group");
    this.setAttribute("aria-description", KEYS);
    this.#readout.className = "readout";
    this.append(this.#readout, ...this.#canvases);
    new ResizeObserver(() => this.#fit()).observe(this.#canvases[0]);
    for (const event of ["zone", "theme"]) document.addEventListener(event, () => this.#build());
    this.addEventListener("keydown", (event) => this.#key(event));
    gestures(this, { move: (share) => this.#move(-share * this.#length()), zoom: (factor, share) => this.#zoom(factor, this.#view.from + share * this.#length()), area: () => this.#plots[0]?.over });
  }

  /** Shows a model of models.js in a view; `bounds` are the oldest and the newest day to which it may move. */
  show(model, view, bounds) {
    const same = this.#model && this.#plots.length && model.constructor === this.#model.constructor && model.lines.length === this.#model.lines.length;
    [this.#model, this.#bounds] = [model, bounds];
    this.#view = within(view, bounds);
    this.#look = model.names ? changes : prices;
    model.show(this.#view);
    if (!same) return this.#build();
    this.#plots.forEach((plot, at) => plot.setData(this.#looks()[at].data(model), false));
    this.#draw();
  }

  get view() {
    return this.#view;
  }

  #looks() {
    return this.#look === prices ? [prices, volumes] : [changes];
  }

  #build() {
    for (const plot of this.#plots) plot.destroy();
    this.#plots = [];
    const width = this.#canvases[0].clientWidth;
    if (!this.#model || !width) return;
    const looks = this.#looks();
    this.#canvases[1].hidden = looks.length < 2;
    this.#plots = looks.map((look, at) => {
      const options = look.options(() => this.#model, inks(), zone(), uPlot);
      const hooks = { ...options.hooks, setCursor: [(plot) => this.dataset.held === undefined && this.#read(plot.cursor.idx)] };
      options.cursor = { ...options.cursor, drag: { x: false, y: false, setScale: false }, bind: { dblclick: () => null } };
      Object.assign(options.scales.x, { min: this.#view.from * DAY, max: this.#view.to * DAY });
      const size = { width, height: this.#canvases[at].clientHeight };
      return new uPlot({ ...options, ...size, hooks, legend: { show: false } }, look.data(this.#model), this.#canvases[at]);
    });
    this.#draw();
    queueMicrotask(() => this.#read(null)); // once the scales stand
  }

  #fit() {
    if (!this.#plots.length) return this.#build();
    this.#plots.forEach((plot, at) => {
      const { clientWidth: width, clientHeight: height } = this.#canvases[at];
      if (width && (width !== plot.width || height !== plot.height)) plot.setSize({ width, height });
    });
  }

  #length() {
    return this.#view.to - this.#view.from;
  }

  #move(days) {
    if (this.#view) this.#go(moved(this.#view, days, this.#bounds));
  }

  #zoom(factor, around = this.#view && (this.#view.from + this.#view.to) / 2) {
    if (this.#view) this.#go(zoomed(this.#view, factor, around, this.#bounds));
  }

  #go(view) {
    if (view.from === this.#view.from && view.to === this.#view.to) return;
    this.#view = view;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
      this.dispatchEvent(new CustomEvent("move", { detail: this.#view }));
    });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#settle(), REST);
  }

  #settle() {
    this.#read(this.#plots[0]?.cursor.idx);
    this.dispatchEvent(new CustomEvent("settle", { detail: this.#view }));
  }

  #draw() {
    const changed = this.#model.show(this.#view);
    this.#plots.forEach((plot, at) => {
      plot.batch(() => {
        if (changed) plot.setData(this.#looks()[at].data(this.#model), false);
        plot.setScale("x", { min: this.#view.from * DAY, max: this.#view.to * DAY });
      });
    });
  }

  #read(index) {
    if (!this.#plots.length) return;
    const known = index !== null && index !== undefined && this.#model.days[index] !== undefined;
    const words = known ? this.#look.read(this.#model, index) : this.#look.key(this.#model, hasCandles(this.#plots[0]));
    setWords(this.#readout, words);
  }

  #key(event) {
    if (!this.#plots.length || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const acts = {
      "+": () => this.#zoom(0.8),
      "=": () => this.#zoom(0.8),
      "-": () => this.#zoom(1.25),
      Home: () => this.#move(-Infinity),
      End: () => this.#move(Infinity),
      PageUp: () => this.#move(-this.#length()),
      PageDown: () => this.#move(this.#length()),
    };
    const act = way ? () => (event.shiftKey ? this.#move((way * this.#length()) / 10) : this.#step(way)) : acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation(); // the page's own keys have + and − too
    act();
  }

  /** Reads the next day; beyond the edge of the view, the view follows. */
  #step(way) {
    const { first, last } = daysIn(this.#view);
    const { days, at } = this.#model;
    const shown = days.map((day, place) => place).filter((place) => days[place] >= first && days[place] <= last);
    const from = this.#plots[0].cursor.idx ?? (way < 0 ? shown.at(-1) + 1 : shown[0] - 1);
    const place = Math.min(days.length - 1, Math.max(0, from + way));
    if (days[place] < first || days[place] > last) this.#move(way * Math.max(1, this.#length() / 10));
    this.#readout.setAttribute("role", "status");
    const left = this.#plots[0].valToPos(at[place], "x");
    this.#plots[0].setCursor({ left, top: 1 }, true, true);
  }
}

customElements.define("day-chart", DayChart);
