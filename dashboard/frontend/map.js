// <board-map>: the moving things of a panel on a map, drawn on one canvas; loaded on pages that have one.

import { one, setWords } from "./dom.js";
import { time } from "./format.js";
import { listen } from "./map/gestures.js";
import { Land } from "./map/land.js";
import { fades, Painter, pixelsOf } from "./map/paint.js";
import { Scene } from "./map/scene.js";
import { tracksOf } from "./map/tracks.js";
import { chosen, controls, fillNames, remember, showKey } from "./map/controls.js";
import { bounded, fitted, placed, zoomed } from "./map/view.js";
import { figure } from "./parts/figures.js";
import { inks } from "./theme-colors.js";
import { zone } from "./zone.js";

const SETTLED = 140; // milliseconds after the last movement of a view until the land is drawn anew
const SMALL = 2.5; // times that a view may be enlarged before it is fitted again
const calm = matchMedia("(prefers-reduced-motion: reduce)");

class BoardMap extends HTMLElement {
  #scene = new Scene();
  #land = new Land(this.dataset, () => this.#ask());
  #panel = null;
  #painter = null;
  #parts = null;
  #view = null;
  #fits = true; // the view follows the things until somebody moves it
  #followed = chosen();
  #centred = true; // the view stays with the thing that is followed
  #hovered = ""; // a thing's name
  #asked = false;
  #tracks = null; // of the replay that is on
  #begins = false; // no moment of the replay was shown yet
  #movedAt = -Infinity;

  connectedCallback() {
    this.tabIndex = 0;
    this.setAttribute("role", "group");
    this.#parts = controls(this, {
      zoom: (factor) => this.#set(zoomed(this.#view, factor)),
      fit: () => this.#fit(true),
      follow: (name) => this.#follow(name),
    });
    listen(this.#parts.canvas, this, {
      view: () => this.#view,
      set: (view) => this.#set(view),
      point: (x, y, isClick) => this.#point(x, y, isClick),
      leave: () => this.#hover(""),
      key: (name) => this.#key(name),
    });
    new ResizeObserver(() => this.#resize()).observe(this.#parts.stage);
    document.addEventListener("theme", () => {
      this.#dress();
      this.#paint(performance.now()); // at once: before printing there is no other frame
    });
    document.addEventListener("zone", () => this.#read());
  }

  /** Shows the snapshot of a panel, unless a replay is on: that goes on. */
  show(panel) {
    this.#panel = panel;
    if (this.#tracks) return;
    this.#scene.show(panel, performance.now(), calm.matches);
    fillNames(this.#parts, panel, this.#followed);
    this.#shown();
  }

  /** Gets the positions of a range for a replay; returns the moment of the first one, that of its end without any. */
  async prepare({ start, end }, patience) {
    const address = new URL(this.dataset.replay, location.href);
    address.searchParams.set("range", `${start}..${end}`);
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(patience) });
    if (!answer.ok) throw new Error(answer.status);
    this.#tracks = tracksOf(await answer.json());
    this.#begins = true;
    return Math.min(...this.#tracks.map(({ times }) => times[0]), Date.parse(end));
  }

  /** Shows a moment of the replay. */
  replay(moment) {
    this.#scene.replay(this.#tracks, moment);
    this.#shown(this.#begins);
    this.#begins = false;
  }

  endReplay() {
    this.#tracks = null;
    if (this.#panel) this.show(this.#panel);
  }

  /** Draws what the scene has now; a view that follows the things is fitted again if they leave it or look small in it. */
  #shown(mayFit = true) {
    if (this.#fits && mayFit && this.#view) {
      const wanted = fitted(...this.#scene.all(), this.#view.width, this.#view.height);
      if (wanted.k > SMALL * this.#view.k || this.#scene.strays(this.#view)) this.#fit();
    }
    this.#read();
    this.#ask();
  }

  #resize() {
    const { stage, canvas } = this.#parts;
    const { clientWidth: width, clientHeight: height } = stage;
    if (!width || !height) return;
    const ratio = Math.min(2, devicePixelRatio);
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    this.#view = this.#view && !this.#fits ? bounded({ ...this.#view, width, height }) : fitted(...this.#scene.all(), width, height);
    this.#dress();
    this.#paint(performance.now());
  }

  #dress() {
    const size = Math.max(1, Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16); // larger on a wall
    this.#painter = new Painter(inks(), Math.min(2, devicePixelRatio), size);
    this.#read();
    this.#ask();
  }

  #fit(asked = false) {
    if (!this.#view) return;
    if (asked) this.#fits = this.#centred = true;
    this.#view = fitted(...this.#scene.all(), this.#view.width, this.#view.height);
    this.#move();
  }

  #set(view) {
    if (!this.#view) return;
    const panned = view.k === this.#view.k;
    this.#fits = false;
    if (panned) this.#centred = false;
    this.#view = view;
    this.#move();
  }

  #move() {
    this.#movedAt = performance.now();
    setTimeout(() => this.#ask(), SETTLED + 10);
    this.#ask();
  }

  #follow(name) {
    this.#followed = name;
    this.#centred = true;
    remember(name, Boolean(this.dataset.replay));
    fillNames(this.#parts, this.#panel, name);
    this.#read();
    this.#ask();
  }

  #point(x, y, isClick) {
    const near = this.#scene.near(x, y);
    this.#parts.canvas.classList.toggle("over", near !== null);
    if (isClick && near) this.#follow(near.name);
    this.#hover(near?.name ?? "");
  }

  #hover(name) {
    if (name === this.#hovered) return;
    this.#hovered = name;
    this.#read();
    this.#ask();
  }

  #key(key) {
    const names = this.#scene.things.map(({ name }) => name);
    const way = { ",": -1, ".": 1 }[key];
    if (way && names.length) {
      one(".readout", this).setAttribute("role", "status");
      const from = names.indexOf(this.#hovered || this.#followed);
      this.#hover(names[(from + way + names.length + (from < 0 && way < 0)) % names.length]);
    } else if (key === "Enter" && this.#hovered) this.#follow(this.#hovered);
    else if (key === "Escape" && (this.#followed || this.#hovered)) this.#escape();
    else if (key === "0" || key === "Home") this.#fit(true);
    else return false;
    return true;
  }

  #escape() {
    this.#hovered = "";
    this.#follow("");
  }

  /** Writes the key, or where the thing is that is pointed at or followed. */
  #read() {
    if (!this.#panel) return;
    const thing = this.#scene.named(this.#hovered) ?? this.#scene.named(this.#followed);
    if (!thing) return showKey(this.#parts.readout, this.#panel, this.#scene, this.#painter);
    const { track, place, since, level } = thing;
    const { of, unit } = this.#panel;
    const value = of ? `${of} ${figure(track.value)}${unit ? ` ${unit}` : ""}` : "";
    const silent = level > 0 ? `Stale: as of ${time(since, "second", zone())}` : time(since, "second", zone());
    const words = [[thing.name, "thing-name"], [placed(track.latitudes[place], track.longitudes[place])], [silent], [value]];
    setWords(this.#parts.readout, words.filter(([text]) => text));
  }

  #ask() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame((now) => {
      this.#asked = false;
      this.#paint(now);
    });
  }

  #paint(now) {
    if (!this.#view || !this.#painter) return;
    const gliding = this.#scene.glide(now);
    const followed = this.#scene.named(this.#followed);
    const centred = followed && this.#centred && !this.#fits;
    if (centred) this.#view = bounded({ ...this.#view, x: followed.x, y: followed.y });
    const context = this.#parts.canvas.getContext("2d");
    const ratio = this.#painter.ratio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#land.draw(context, this.#view, this.#painter.ink, ratio, (centred && gliding) || now - this.#movedAt < SETTLED);
    const seen = this.#scene.place(this.#view);
    this.#trails(context, seen, followed);
    this.#painter.marks(context, seen);
    for (const thing of [followed, this.#scene.named(this.#hovered)]) if (thing) this.#painter.ring(context, thing, this.#painter.ink.ink);
    this.#painter.names(context, followed ? [followed, ...seen.filter((thing) => thing !== followed)] : seen, this.#view.width, followed);
    this.#painter.ruler(context, this.#view);
    if (gliding) this.#ask();
  }

  #trails(context, seen, followed) {
    const line = (thing) => pixelsOf(thing.track, this.#scene.trail(thing), thing, this.#view);
    if (fades(this.#scene.positions)) {
      for (const thing of this.#scene.things) if (thing !== followed) this.#painter.trail(context, line(thing), this.#painter.colorOf(thing.shade), false);
    } else this.#painter.trails(context, seen, this.#view, this.#scene.last);
    if (followed) this.#painter.trail(context, line(followed), this.#painter.colorOf(followed.shade), true);
  }
}

customElements.define("board-map", BoardMap);
