// The part of the earth that a map shows, in Web Mercator. The world is 1 × 1: x grows to the east, y to the south.
// A view is {x, y, k, width, height}: its middle, how many pixels the world is wide, its size in pixels.

const EDGE = 85.0511287798066; // degrees: where the square of Web Mercator ends
const EARTH = 40_075_016.686; // metres around the equator
const CLOSEST = EARTH / 2; // pixels: 2 metres each
const FITTED = EARTH / 25; // no closer than 25 metres a pixel without being asked
const PAD = 44; // pixels around fitted points

export const across = (longitude) => (longitude + 180) / 360;

export function down(latitude) {
  const at = (Math.max(-EDGE, Math.min(EDGE, latitude)) * Math.PI) / 180;
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + at / 2)) / (2 * Math.PI);
}

export const longitudeOf = (x) => (x - Math.floor(x)) * 360 - 180;
export const latitudeOf = (y) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

/** Returns the nearest way from one x to another, around the world: -0.5 to 0.5. */
export const turn = (from, to) => to - from - Math.round(to - from);

export const screenX = (view, x) => view.width / 2 + turn(view.x, x) * view.k;
export const screenY = (view, y) => view.height / 2 + (y - view.y) * view.k;

/** Returns the view within its bounds: not past the poles, not wider than the world, not closer than can be drawn. */
export function bounded(view) {
  const k = Math.min(CLOSEST, Math.max(view.height * 1.1, view.width * 0.45, view.k));
  const half = view.height / 2 / k;
  return { ...view, k, x: view.x - Math.floor(view.x), y: Math.min(1 - half, Math.max(half, view.y)) };
}

export const moved = (view, dx, dy) => bounded({ ...view, x: view.x - dx / view.k, y: view.y - dy / view.k });

/** Returns the view enlarged by a factor; the place under the pixel (px, py) stays there. */
export function zoomed(view, factor, px = view.width / 2, py = view.height / 2) {
  const { k } = bounded({ ...view, k: view.k * factor });
  const [dx, dy] = [px - view.width / 2, py - view.height / 2];
  return bounded({ ...view, k, x: view.x + dx / view.k - dx / k, y: view.y + dy / view.k - dy / k });
}

/** Returns the closest view of a size that shows all points; the whole world without any. */
export function fitted(xs, ys, width, height) {
  if (!xs.length) return bounded({ x: 0.5, y: 0.4, k: 0, width, height });
  const [west, wide] = shortest(xs);
  let [top, bottom] = [1, 0];
  for (const y of ys) [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  const pad = Math.min(PAD, width / 6, height / 6);
  const k = Math.min(FITTED, (width - 2 * pad) / wide, (height - 2 * pad) / (bottom - top));
  return bounded({ x: west + wide / 2, y: (top + bottom) / 2, k, width, height });
}

/** Returns the shortest arc that holds all x, as [its west end, its length]: it may cross the date line. */
export function shortest(xs) {
  const sorted = Float64Array.from(xs).sort();
  let [gap, west] = [1 - sorted.at(-1) + sorted[0], sorted[0]];
  for (let place = 1; place < sorted.length; place++) {
    const here = sorted[place] - sorted[place - 1];
    if (here > gap) [gap, west] = [here, sorted[place]];
  }
  return [west, 1 - gap];
}

/** Returns whether a point lies within the view, at least `inset` pixels from its edges. */
export function holds(view, x, y, inset = 0) {
  const [px, py] = [screenX(view, x), screenY(view, y)];
  return px >= inset && py >= inset && px <= view.width - inset && py <= view.height - inset;
}

const ROUND = [1, 2, 5];

/** Returns a round length of at most `most` pixels in the middle of the view: {metres, pixels}. */
export function ruler(view, most = 120) {
  const pixel = (EARTH * Math.cos((latitudeOf(view.y) * Math.PI) / 180)) / view.k; // metres
  const rough = most * pixel;
  const size = 10 ** Math.floor(Math.log10(rough));
  const metres = size * ROUND.findLast((factor) => factor * size <= rough);
  return { metres, pixels: metres / pixel };
}

/** Returns degrees between lines of a grid that are about `apart` pixels from each other. */
export function gridStep(view, apart = 130) {
  const degrees = (apart / view.k) * 360;
  return [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15].find((step) => step >= degrees) ?? 30;
}

/** Returns a place in words: 40.7492° N, 73.9852° W. */
export function placed(latitude, longitude) {
  const words = (degrees, [plus, minus]) => `${Math.abs(degrees).toFixed(4)}° ${degrees < 0 ? minus : plus}`;
  return `${words(latitude, "NS")}, ${words(longitude, "EW")}`;
}
