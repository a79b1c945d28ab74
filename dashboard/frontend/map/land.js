// Land and borders from Natural Earth (world-atlas), finer as the view comes closer; drawn once for a view and then moved.

import { feature, mesh } from "topojson-client";

import { across, down, gridStep, latitudeOf, longitudeOf, turn } from "./view.js";

const LEVELS = [["coarse", 0], ["middle", 2_500], ["fine", 25_000]]; // from so many pixels around the world on
const MARGIN = 0.3; // of the view's size, drawn around it
const WORLDS = [-1, 0, 1]; // a shape may lie across the edge of the world
const OUTSIDE = 2; // pixels beyond the edge of a drawing
const files = new Map(); // by address: a promise of shapes, shared by the maps of a page

/** Returns the rings of land and the lines of borders in Web Mercator, each with its box in the world. */
export function shapesOf(topology) {
  const land = feature(topology, topology.objects.land);
  const polygons = (land.features ?? [land]).flatMap(({ geometry }) => geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates);
  const lines = mesh(topology, topology.objects.countries, (one, other) => one !== other).coordinates;
  return { land: polygons.flat().map((ring) => shapeOf(ring, true)), borders: lines.map((line) => shapeOf(line, false)) };
}

/**
 * Returns {points, box, pole} of degrees: [x, y, x, y, …] without a jump at the date line. `pole` is a y beyond the pole
 * around which a ring goes, such as the coast of Antarctica; null for others.
 */
export function shapeOf(coordinates, isRing) {
  const points = new Float64Array(2 * coordinates.length);
  const box = [Infinity, Infinity, -Infinity, -Infinity]; // west, north, east, south
  let x = across(coordinates[0][0]);
  coordinates.forEach(([longitude, latitude], place) => {
    x += turn(x, across(longitude));
    const y = down(latitude);
    points.set([x, y], 2 * place);
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  });
  const pole = isRing && Math.abs(x - points[0]) > 0.5 ? (points[1] > 0.5 ? 1.1 : -0.1) : null;
  if (pole !== null) box[pole > 0 ? 3 : 1] = pole;
  return { points, box, pole };
}

function shapes(url) {
  if (!files.has(url)) {
    const found = fetch(url).then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(answer.status))));
    files.set(url, found.then(shapesOf));
    files.get(url).catch(() => files.delete(url)); // so that a later view asks again
  }
  return files.get(url);
}

export class Land {
  #urls;
  #changed;
  #levels = {}; // shapes by name
  #asked = new Set();
  #canvas = document.createElement("canvas");
  #drawn = null; // {view, level, ink}

  /** `urls` are the addresses of coarse, middle and fine; `changed` is called when finer shapes have come. */
  constructor(urls, changed) {
    this.#urls = urls;
    this.#changed = changed;
  }

  /** Draws the land behind everything. While the view moves, the last drawing is moved with it. */
  draw(context, view, ink, ratio, moving) {
    const level = this.#level(view);
    const { view: before, level: of, ink: inked } = this.#drawn ?? {};
    const fits = before && of === level && inked === ink && before.width === view.width && before.height === view.height;
    const close = fits && view.k / before.k < 2 && before.k / view.k < 1.5;
    if (!fits || (!moving && !same(before, view)) || (moving && !close) || !covered(before, view)) this.#redraw(view, level, ink, ratio);
    const { view: from } = this.#drawn;
    const scale = view.k / from.k;
    const [width, height] = [this.#canvas.width / ratio, this.#canvas.height / ratio];
    const x = view.width / 2 + turn(view.x, from.x) * view.k - (width * scale) / 2;
    const y = view.height / 2 + (from.y - view.y) * view.k - (height * scale) / 2;
    context.drawImage(this.#canvas, x, y, width * scale, height * scale);
  }

  /** Returns the finest shapes for a view that are there, and asks for finer ones that are not. */
  #level(view) {
    const wanted = LEVELS.filter(([name, from]) => view.k >= from && this.#urls[name]).map(([name]) => name);
    for (const name of [wanted[0], wanted.at(-1)]) this.#ask(name);
    return wanted.findLast((name) => this.#levels[name]) ?? "";
  }

  #ask(name) {
    if (!name || this.#asked.has(name) || (name === "fine" && navigator.connection?.saveData)) return;
    this.#asked.add(name);
    shapes(this.#urls[name]).then(
      (found) => {
        this.#levels[name] = found;
        this.#changed();
      },
      () => setTimeout(() => this.#asked.delete(name), 10_000),
    );
  }

  #redraw(view, level, ink, ratio) {
    const [width, height] = [view.width, view.height].map((size) => Math.ceil(size * (1 + 2 * MARGIN)));
    Object.assign(this.#canvas, { width: width * ratio, height: height * ratio });
    const context = this.#canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.fillStyle = ink.sunk;
    context.fillRect(0, 0, width, height);
    const drawn = { ...view, width, height };
    const { land = [], borders = [] } = this.#levels[level] ?? {};
    context.beginPath();
    context.rect((width - view.k) / 2, 0, view.k, height); // each place of the earth once, as things are
    context.clip();
    paint(context, land, drawn, ink);
    stroke(context, ink.edge, 0.45, () => trace(context, borders, drawn));
    stroke(context, ink.hair, 0.8, () => grid(context, gridStep(view), drawn));
    this.#drawn = { view, level, ink };
  }
}

function paint(context, land, view, ink) {
  context.beginPath();
  trace(context, land, view, true);
  context.fillStyle = ink.surface;
  context.fill("evenodd");
  stroke(context, ink.edge, 0.7, () => trace(context, land, view));
}

function stroke(context, color, width, draw) {
  context.beginPath();
  draw();
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke();
}

/** Adds the shapes that meet a view to the path; those around a pole only get their edge there if they are to be filled. */
function trace(context, shapes, view, filled = false) {
  const [wide, high] = [(view.width / 2 + OUTSIDE) / view.k, (view.height / 2 + OUTSIDE) / view.k];
  for (const world of WORLDS) {
    const x = view.x - world;
    for (const { points, box, pole } of shapes) {
      if (box[2] < x - wide || box[0] > x + wide || box[3] < view.y - high || box[1] > view.y + high) continue;
      const end = line(context, points, { ...view, x });
      if (!filled || pole === null) continue;
      const edge = view.height / 2 + (pole - view.y) * view.k;
      context.lineTo(end, edge);
      context.lineTo(view.width / 2 + (points[0] - x) * view.k, edge);
    }
  }
}

/** Adds a line to the path, without the points of parts that lie on one side outside; returns the last x in pixels. */
export function line(context, points, { x, y, k, width, height }) {
  const [left, top] = [width / 2 - x * k, height / 2 - y * k];
  const side = (px, py) => (px < -OUTSIDE ? 1 : px > width + OUTSIDE ? 2 : 0) | (py < -OUTSIDE ? 4 : py > height + OUTSIDE ? 8 : 0);
  const at = (place) => [left + points[place] * k, top + points[place + 1] * k];
  let [px, py] = at(0);
  context.moveTo(px, py);
  let before = side(px, py); // of the point that was drawn last
  [px, py] = at(2);
  let here = side(px, py);
  for (let place = 4; place < points.length; place += 2) {
    const [nextX, nextY] = at(place);
    const next = side(nextX, nextY);
    if (!(before & here & next)) {
      context.lineTo(px, py);
      before = here;
    }
    [px, py, here] = [nextX, nextY, next];
  }
  context.lineTo(px, py);
  return px;
}

/** Returns the multiples of a step from one number to another. */
export function multiples(step, from, to) {
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, place) => (first + place) * step);
}

/** Adds the meridians and parallels at multiples of a step, in degrees, to the path. */
function grid(context, step, { x, y, k, width, height }) {
  const half = Math.min(1, width / k) * 180;
  const middle = longitudeOf(x);
  for (const degrees of multiples(step, middle - half, middle + half)) {
    const at = width / 2 + ((degrees - middle) / 360) * k;
    context.moveTo(at, 0);
    context.lineTo(at, height);
  }
  for (const degrees of multiples(step, latitudeOf(y + height / 2 / k), latitudeOf(y - height / 2 / k))) {
    const at = height / 2 + (down(degrees) - y) * k;
    context.moveTo(0, at);
    context.lineTo(width, at);
  }
}

const same = (one, other) => one.x === other.x && one.y === other.y && one.k === other.k;

/** Returns whether a drawing still covers the view. */
function covered(drawn, view) {
  const room = (size) => (size * (0.5 + MARGIN)) / drawn.k - size / 2 / view.k;
  return Math.abs(turn(drawn.x, view.x)) <= room(view.width) && Math.abs(drawn.y - view.y) <= room(view.height);
}
