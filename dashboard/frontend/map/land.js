// Land and borders from Natural Earth (world-atlas), finer as the view comes closer; drawn once for a view and then moved.

import { geoMercator, geoPath } from "d3-geo";
import { feature, mesh } from "topojson-client";

import { gridStep, latitudeOf, longitudeOf, turn } from "./view.js";

const LEVELS = [["coarse", 0], ["middle", 2_500], ["fine", 25_000]]; // from so many pixels around the world on
const MARGIN = 0.3; // of the view's size, drawn around it
const files = new Map(); // by address: a promise of shapes, shared by the maps of a page

/** Returns the polygons of land and the lines of borders, each with its box in degrees. */
export function shapesOf(topology) {
  const land = feature(topology, topology.objects.land);
  const polygons = (land.features ?? [land]).flatMap(({ geometry }) => geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates);
  const lines = mesh(topology, topology.objects.countries, (one, other) => one !== other).coordinates;
  return {
    land: polygons.map((coordinates) => ({ type: "Polygon", coordinates, box: boxOf(coordinates[0]) })),
    borders: lines.map((coordinates) => ({ type: "LineString", coordinates, box: boxOf(coordinates) })),
  };
}

function boxOf(points) {
  const box = [180, 90, -180, -90];
  for (const [east, north] of points) {
    if (east < box[0]) box[0] = east;
    if (north < box[1]) box[1] = north;
    if (east > box[2]) box[2] = east;
    if (north > box[3]) box[3] = north;
  }
  return box;
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
    const path = geoPath(projection({ ...view, width, height }), context);
    const window_ = windowOf({ ...view, width, height });
    const { land = [], borders = [] } = this.#levels[level] ?? {};
    paint(context, path, land.filter(({ box }) => meets(box, window_)), ink);
    stroke(context, path, borders.filter(({ box }) => meets(box, window_)), ink.edge, 0.45);
    stroke(context, path, [grid(gridStep(view), extent(window_))], ink.hair, 0.8);
    this.#drawn = { view, level, ink };
  }
}

function projection(view) {
  return geoMercator()
    .rotate([-longitudeOf(view.x), 0])
    .center([0, latitudeOf(view.y)])
    .scale(view.k / (2 * Math.PI))
    .translate([view.width / 2, view.height / 2])
    .clipExtent([[-2, -2], [view.width + 2, view.height + 2]])
    .precision(0);
}

/** Returns what a view shows in degrees: [west, south, east, north]; east may be past 180. */
function windowOf(view) {
  const wide = Math.min(1, view.width / view.k) * 360;
  const west = longitudeOf(view.x) - wide / 2;
  const [north, south] = [-1, 1].map((side) => latitudeOf(view.y + (side * view.height) / 2 / view.k));
  return [west, south, west + wide, north];
}

function meets(box, [west, south, east, north]) {
  if (box[1] > north || box[3] < south) return false;
  return [-360, 0, 360].some((shift) => box[0] + shift <= east && box[2] + shift >= west);
}

const extent = ([west, south, east, north]) => [[west - 1, Math.max(-89.9, south - 1)], [east + 1, Math.min(89.9, north + 1)]];

/** Returns the meridians and parallels at multiples of a step. */
export function grid(step, [[west, south], [east, north]]) {
  const marks = (from, to) => Array.from({ length: Math.max(0, Math.floor(to / step) - Math.ceil(from / step) + 1) }, (_, place) => (Math.ceil(from / step) + place) * step);
  const [across, up] = [marks(west, east), marks(south, north)];
  const meridians = across.map((x) => [south, ...up, north].map((y) => [x, y]));
  return { type: "MultiLineString", coordinates: [...meridians, ...up.map((y) => [west, ...across, east].map((x) => [x, y]))] };
}

function paint(context, path, polygons, ink) {
  context.beginPath();
  for (const polygon of polygons) path(polygon);
  context.fillStyle = ink.surface;
  context.fill();
  context.strokeStyle = ink.edge;
  context.lineWidth = 0.7;
  context.stroke();
}

function stroke(context, path, lines, color, width) {
  context.beginPath();
  for (const line of lines) path(line);
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke();
}

const same = (one, other) => one.x === other.x && one.y === other.y && one.k === other.k;

/** Returns whether a drawing still covers the view. */
function covered(drawn, view) {
  const room = (size) => (size * (0.5 + MARGIN)) / drawn.k - size / 2 / view.k;
  return Math.abs(turn(drawn.x, view.x)) <= room(view.width) && Math.abs(drawn.y - view.y) <= room(view.height);
}
