// Draws many small marks and thin lines as pixels in memory: a few milliseconds for thousands, also without a graphics card.

const HALF = 128; // alpha of a line
const SIDES = { west: 1, east: 2, north: 4, south: 8 };

/** Returns "rgb(1, 2, 3)" as the first three bytes of a pixel in memory, for an alpha of 0. */
export function bytesOf(color) {
  const [red, green, blue] = color.match(/[\d.]+/g).map(Number);
  return (red | (green << 8) | (blue << 16)) >>> 0; // every browser's processor stores the lowest byte first
}

export class Pixels {
  #image;
  #cells; // a pixel each, as 0xAABBGGRR
  #stamped = {}; // {unit, places} of the last mark

  /** Takes a size in device pixels. `image` may be given, to draw without a page. */
  constructor(width, height, image = new ImageData(width, height)) {
    Object.assign(this, { width, height });
    this.#image = image;
    this.#cells = new Uint32Array(image.data.buffer);
  }

  clear() {
    this.#cells.fill(0);
  }

  /** Replaces all of a canvas of the same size. */
  put(context) {
    context.putImageData(this.#image, 0, 0);
  }

  /** Draws a round mark, 6 × 6 units; a hollow one has a hole of another colour. Colours are pixels with their alpha. */
  mark(px, py, unit, color, hole = 0) {
    const [x, y] = [Math.round(px), Math.round(py)];
    const room = 3 * unit;
    if (x < room || y < room || x > this.width - room || y > this.height - room) this.#cutMark(x, y, unit, color);
    else {
      const cells = this.#cells;
      const middle = y * this.width + x;
      const places = this.#stamp(unit);
      for (let place = 0; place < places.length; place++) cells[middle + places[place]] = color;
    }
    if (hole) this.#box(x - unit, y - unit, 2 * unit, 2 * unit, hole);
  }

  #cutMark(x, y, unit, color) {
    this.#box(x - 3 * unit, y - 2 * unit, 6 * unit, 4 * unit, color);
    this.#box(x - 2 * unit, y - 3 * unit, 4 * unit, 6 * unit, color);
  }

  /** Returns the places of a mark's pixels from its middle: those of a square but its corners. */
  #stamp(unit) {
    if (this.#stamped.unit === unit) return this.#stamped.places;
    const places = [];
    for (let y = -3 * unit; y < 3 * unit; y++) {
      for (let x = -3 * unit; x < 3 * unit; x++) {
        const isCorner = (x < -2 * unit || x >= 2 * unit) && (y < -2 * unit || y >= 2 * unit);
        if (!isCorner) places.push(y * this.width + x);
      }
    }
    this.#stamped = { unit, places: Int32Array.from(places) };
    return this.#stamped.places;
  }

  #box(left, top, wide, high, color) {
    const [from, to] = [Math.max(0, left), Math.min(this.width, left + wide)];
    if (from >= to) return;
    const end = Math.min(this.height, top + high);
    for (let y = Math.max(0, top); y < end; y++) this.#cells.fill(color, y * this.width + from, y * this.width + to);
  }

  /** Draws a thin line, half transparent, with smooth edges (Wu's); `bytes` is of bytesOf. Lines do not add up. */
  line(x0, y0, x1, y1, bytes) {
    const [here, there] = [this.#side(x0, y0), this.#side(x1, y1)];
    if (here & there) return;
    if (here | there) {
      const cut = this.#cut(x0, y0, x1, y1);
      if (!cut) return;
      [x0, y0, x1, y1] = cut;
    }
    if (Math.abs(y1 - y0) > Math.abs(x1 - x0)) this.#draw(y0, x0, y1, x1, bytes, this.width, 1, this.height, this.width);
    else this.#draw(x0, y0, x1, y1, bytes, 1, this.width, this.width, this.height);
  }

  /** Draws a line that is longer along its first axis; `along` and `across` are the places from a pixel to the next. */
  #draw(u0, v0, u1, v1, bytes, along, across, longest, widest) {
    const cells = this.#cells;
    const [from, to] = u0 <= u1 ? [u0, u1] : [u1, u0];
    const slope = to - from < 0.5 ? 0 : (v1 - v0) / (u1 - u0);
    const last = Math.min(longest - 1, Math.round(to));
    for (let u = Math.max(0, Math.round(from)); u <= last; u++) {
      const v = v0 + (u - u0) * slope;
      const low = Math.floor(v);
      const place = u * along + low * across;
      const under = (HALF * (v - low)) | 0;
      // A pixel that is as opaque already stays.
      if (low >= 0 && low < widest && cells[place] >>> 24 < HALF - under) cells[place] = bytes | ((HALF - under) << 24);
      if (low >= -1 && low + 1 < widest && cells[place + across] >>> 24 < under) cells[place + across] = bytes | (under << 24);
    }
  }

  #side(x, y) {
    return (x < 0 ? SIDES.west : x > this.width ? SIDES.east : 0) | (y < 0 ? SIDES.north : y > this.height ? SIDES.south : 0);
  }

  /** Returns the part of a line that is inside (Liang and Barsky's); null if none is. */
  #cut(x0, y0, x1, y1) {
    const [dx, dy] = [x1 - x0, y1 - y0];
    let [from, to] = [0, 1];
    for (const [way, room] of [[-dx, x0], [dx, this.width - x0], [-dy, y0], [dy, this.height - y0]]) {
      if (way === 0 && room < 0) return null;
      if (way < 0) from = Math.max(from, room / way);
      else if (way > 0) to = Math.min(to, room / way);
    }
    return from > to ? null : [x0 + from * dx, y0 + from * dy, x0 + to * dx, y0 + to * dy];
  }
}
