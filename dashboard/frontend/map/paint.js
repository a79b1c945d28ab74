// Draws what moves: trails, marks, names, the ruler. A mark is drawn once for each look and then copied.

import { bytesOf, Pixels } from "./pixels.js";
import { DRAWN, LEVELS } from "./tracks.js";
import { ruler, screenX, screenY, turn } from "./view.js";

export const SHADES = 6; // of the colour scale of values
const RADIUS = 5;
const NAMED = 40; // things up to which their names stand beside them
export const FINE = 400; // things up to which marks are round, have an edge and glide between pixels; more are drawn as pixels
const OUTLINED = 3000; // positions of all trails up to which each fades towards its beginning
const BANDS = [0.25, 0.4, 0.55, 0.7, 0.85]; // opacities of the parts of a trail, its beginning first

/** Returns the colours of the scale, from the least value to the greatest, between two computed colours. */
export function scaleOf(low, high, steps = SHADES) {
  const [from, to] = [low, high].map((color) => color.match(/[\d.]+/g).slice(0, 3).map(Number));
  const mix = (part) => from.map((value, place) => Math.round(value + part * (to[place] - value)));
  return Array.from({ length: steps }, (_, step) => `rgb(${mix(step / (steps - 1)).join(", ")})`);
}

export class Painter {
  #marks = new Map();
  #pixels = null;

  /** `ink` has the colours of the page, `ratio` is that of device pixels. */
  constructor(ink, ratio, size = 1) {
    Object.assign(this, { ink, ratio, size, scale: scaleOf(ink.bought, ink.sold) });
  }

  colorOf = (shade) => (shade < 0 ? this.ink.accent : this.scale[shade]);

  /** Draws a trail through [x, y, x, y, …] in pixels. `bold` is for the thing that is followed; an `even` one does not fade. */
  trail(context, points, color, bold, even = false) {
    const count = points.length / 2;
    context.lineWidth = (bold ? 3 : 1.75) * this.size;
    context.strokeStyle = color;
    context.lineJoin = "round";
    const bands = even ? [0.5] : BANDS;
    bands.forEach((opacity, band) => {
      const [from, to] = [band, band + 1].map((part) => Math.floor((part * (count - 1)) / bands.length));
      if (to <= from) return;
      context.globalAlpha = bold ? Math.min(1, opacity + 0.2) : opacity;
      context.beginPath();
      context.moveTo(points[2 * from], points[2 * from + 1]);
      for (let place = from + 1; place <= to; place++) context.lineTo(points[2 * place], points[2 * place + 1]);
      context.stroke();
    });
    context.globalAlpha = 1;
  }

  /**
   * Draws the trails and marks of many things as pixels, in place of all that is on the canvas. `lastOf` gives the newest
   * place of a thing's trail.
   */
  crowd(context, things, view, lastOf) {
    const { width, height } = context.canvas;
    if (this.#pixels?.width !== width || this.#pixels.height !== height) this.#pixels = new Pixels(width, height);
    this.#pixels.clear();
    this.#thinTrails(things, view, lastOf, bytesOf(this.ink.accent));
    const unit = Math.max(1, Math.round(this.size * this.ratio));
    const hole = (bytesOf(this.ink.surface) | (255 << 24)) >>> 0;
    const colors = LEVELS.map((opacity) => Array.from({ length: SHADES + 1 }, (_, at) => (bytesOf(this.colorOf(at - 1)) | (Math.round(255 * opacity) << 24)) >>> 0));
    const levels = LEVELS.map(() => []);
    for (const thing of things) levels[thing.level].push(thing);
    for (let level = LEVELS.length - 1; level >= 0; level--) {
      for (const thing of levels[level]) this.#pixels.mark(thing.px * this.ratio, thing.py * this.ratio, unit, colors[level][thing.shade + 1], level ? hole : 0);
    }
    this.#pixels.put(context);
  }

  #thinTrails(things, view, lastOf, bytes) {
    const { ratio } = this;
    const [k, top] = [view.k * ratio, (view.height / 2 - view.y * view.k) * ratio];
    for (const thing of things) {
      const { xs, ys } = thing.track;
      const last = lastOf(thing);
      const every = Math.ceil((last + 1) / DRAWN);
      let [x, y, world] = [thing.px * ratio, thing.py * ratio, thing.x];
      for (let place = last; place >= 0; place -= every) {
        const [nextX, nextY] = [x + turn(world, xs[place]) * k, top + ys[place] * k]; // the short way around the world
        this.#pixels.line(x, y, nextX, nextY, bytes);
        [x, y, world] = [nextX, nextY, xs[place]];
      }
    }
  }

  /** Draws the marks of few things, {px, py, shade, level}, those of one look in turn. Level 0 is current, others are hollow. */
  marks(context, things) {
    const groups = Map.groupBy(things, ({ shade, level }) => level * 16 + shade + 1);
    for (const key of [...groups.keys()].sort((one, other) => other - one)) {
      const [{ shade, level }] = groups.get(key);
      context.globalAlpha = LEVELS[level];
      this.#copies(context, groups.get(key), this.#mark(shade, level));
    }
    context.globalAlpha = 1;
  }

  #copies(context, things, mark) {
    const side = mark.width / this.ratio;
    for (const { px, py } of things) context.drawImage(mark, px - side / 2, py - side / 2, side, side);
  }

  #mark(shade, level) {
    const key = `${shade} ${level > 0}`;
    if (!this.#marks.has(key)) this.#marks.set(key, drawMark(this.ink.surface, this.colorOf(shade), level > 0, this.ratio * this.size));
    return this.#marks.get(key);
  }

  /** Draws a ring around the thing that is followed or read out. */
  ring(context, { px, py }, color) {
    context.beginPath();
    context.arc(px, py, (RADIUS + 5) * this.size, 0, 7);
    context.strokeStyle = color;
    context.lineWidth = 2 * this.size;
    context.stroke();
  }

  /** Writes names beside their marks, the first ones first: to the right, the left, above or below, where none is yet. */
  names(context, things, width, ringed) {
    if (things.length > NAMED) return;
    const high = 14 * this.size;
    const boxes = [];
    context.font = `${12 * this.size}px system-ui, sans-serif`;
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const thing of things) {
      const { name, px, py } = thing;
      const words = name.length > 24 ? `${name.slice(0, 23)}…` : name;
      const wide = context.measureText(words).width;
      const [beside, above] = (thing === ringed ? [15, 20] : [10, 16]).map((pixels) => pixels * this.size);
      const spots = [[px + beside, py], [px - beside - wide, py], [px - wide / 2, py - above], [px - wide / 2, py + above]];
      const spot = spots.find(([x, y]) => x > 2 && x + wide < width - 2 && !boxes.some((other) => overlap([x, y - high / 2, wide, high], other)));
      if (!spot) continue;
      boxes.push([spot[0], spot[1] - high / 2, wide, high]);
      this.#words(context, words, ...spot);
    }
  }

  #words(context, words, x, y) {
    context.strokeStyle = this.ink.surface;
    context.lineWidth = 3 * this.size;
    context.strokeText(words, x, y);
    context.fillStyle = this.ink.ink;
    context.fillText(words, x, y);
  }

  /** Draws how long a round distance is. */
  ruler(context, view) {
    const { metres, pixels } = ruler(view, 120 * this.size);
    const [x, y] = [12 * this.size, view.height - 12 * this.size];
    context.beginPath();
    context.moveTo(x, y - 6 * this.size);
    context.lineTo(x, y);
    context.lineTo(x + pixels, y);
    context.lineTo(x + pixels, y - 6 * this.size);
    context.strokeStyle = this.ink.muted;
    context.lineWidth = 1.5 * this.size;
    context.stroke();
    context.font = `${11 * this.size}px system-ui, sans-serif`;
    context.textBaseline = "alphabetic";
    this.#words(context, metres >= 1000 ? `${metres / 1000} km` : `${metres} m`, x + 5 * this.size, y - 5 * this.size);
  }
}

function drawMark(edge, color, hollow, ratio) {
  const canvas = document.createElement("canvas");
  const side = Math.ceil((2 * RADIUS + 4) * ratio);
  Object.assign(canvas, { width: side, height: side });
  const context = canvas.getContext("2d");
  context.beginPath();
  context.arc(side / 2, side / 2, RADIUS * ratio, 0, 7);
  context.fillStyle = hollow ? edge : color;
  context.fill();
  context.lineWidth = (hollow ? 2 : 1.5) * ratio;
  context.strokeStyle = hollow ? color : edge;
  context.stroke();
  return canvas;
}

const overlap = ([x, y, wide, high], [left, top, width, height]) => x < left + width && left < x + wide && y < top + height && top < y + high;

/** Returns the pixels of a track's trail: its positions up to `last`, then where the thing is now. */
export function pixelsOf({ xs, ys }, places, now, view) {
  const found = [];
  for (const place of places) found.push(screenX(view, xs[place]), screenY(view, ys[place]));
  found.push(now.px, now.py);
  return unbroken(found, view);
}

/** Moves points by whole turns around the world, so that a line over the date line does not cross the map. */
function unbroken(points, { k }) {
  for (let place = 2; place < points.length; place += 2) points[place] -= Math.round((points[place] - points[place - 2]) / k) * k;
  return points;
}

export const fades = (positions) => positions <= OUTLINED;
