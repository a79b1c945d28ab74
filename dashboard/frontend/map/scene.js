// The things on a map as they are drawn at this moment: they glide to their newest positions, or follow a replay's clock.

import { at, DRAWN, fade, lastBefore, rangeOf, shade, tracksOf, trailOf } from "./tracks.js";
import { SHADES } from "./paint.js";
import { holds, screenX, screenY, turn } from "./view.js";

const LONGEST = 1500; // milliseconds of a glide
const FAR = 0.05; // of the world: a thing that is this far away has not flown there
const NEAR = 14; // pixels from a mark to the pointer

export class Scene {
  things = []; // {name, track, x, y, level, shade, px, py, glides}
  end = 0; // the moment that is shown, in milliseconds
  range = null; // of the values
  positions = 0; // of all trails
  #tracks = [];
  #glides = []; // things on their way; `glides` of each is [from x, from y, way to the east, way to the south]
  #began = 0;
  #takes = 0; // milliseconds

  /** Shows a snapshot; from `now` on things glide from where they are drawn, unless `calm`. */
  show(panel, now, calm) {
    const before = new Map(this.things.map((thing) => [thing.name, thing]));
    this.#takes = calm || !this.#began ? 0 : Math.min(LONGEST, now - this.#began);
    this.#began = now;
    const [tracks, end] = [tracksOf(panel), Date.parse(panel.end)];
    const newest = ({ xs, ys, times }) => ({ x: xs.at(-1), y: ys.at(-1), place: times.length - 1, since: times.at(-1) });
    this.#take(tracks, end, tracks.reduce((sum, { xs }) => sum + xs.length, 0), newest);
    this.#glides = [];
    for (const thing of this.things) {
      const old = before.get(thing.name);
      if (!this.#takes || !old || Math.hypot(turn(old.x, thing.x), old.y - thing.y) > FAR) continue;
      if (old.x === thing.x && old.y === thing.y) continue;
      thing.glides = [old.x, old.y, turn(old.x, thing.x), thing.y - old.y];
      this.#glides.push(thing);
    }
    this.glide(now);
  }

  /** `placeOf` returns {x, y, place, since} of a track, or null for a thing that is not shown. */
  #take(tracks, end, positions, placeOf) {
    this.#tracks = tracks;
    this.end = end;
    this.range = rangeOf(tracks);
    this.positions = positions;
    this.things = tracks.flatMap((track) => {
      const found = placeOf(track);
      if (!found) return [];
      const level = fade(end - found.since);
      return [{ name: track.name, track, level, shade: shade(track.value, this.range, SHADES), px: 0, py: 0, glides: null, ...found }];
    });
  }

  /** Moves things on their way; returns whether any is still moving. */
  glide(now) {
    const part = this.#takes ? Math.min(1, (now - this.#began) / this.#takes) : 1;
    for (const thing of this.#glides) {
      const [x, y, dx, dy] = thing.glides;
      thing.x = x + part * dx;
      thing.y = y + part * dy;
    }
    if (part === 1) this.#rest();
    return this.#glides.length > 0;
  }

  #rest() {
    for (const thing of this.#glides) thing.glides = null;
    this.#glides = [];
  }

  /** Shows the tracks of a replay at a moment. */
  replay(tracks, moment) {
    this.#glides = [];
    this.#began = 0;
    const positions = tracks.reduce((sum, { times }) => sum + Math.min(DRAWN, lastBefore(times, moment) + 1), 0);
    this.#take(tracks, moment, positions, (track) => at(track, moment));
  }

  /** Places everything on the screen; returns the things that are within the view or close to it. */
  place(view) {
    for (const thing of this.things) {
      thing.px = screenX(view, thing.x);
      thing.py = screenY(view, thing.y);
    }
    return this.things.filter(({ px, py }) => px > -20 && py > -20 && px < view.width + 20 && py < view.height + 20);
  }

  /** Returns the newest place of a thing's trail; that to which the thing still glides does not count. */
  last = (thing) => (thing.glides ? thing.place - 1 : thing.place);

  trail(thing) {
    const last = this.last(thing);
    return last < 0 ? [] : trailOf(last);
  }

  /** Returns whether a thing is so near to the edge of the view, or outside, that the view should be fitted again. */
  strays(view) {
    return this.things.some(({ track, place }) => !holds(view, track.xs[place], track.ys[place], 8));
  }

  named = (name) => (name && this.things.find((thing) => thing.name === name)) || null;

  /** Returns the thing that is drawn nearest to a pixel; null if none is near. */
  near(x, y) {
    let [found, least] = [null, NEAR];
    for (const thing of this.things) {
      const away = Math.hypot(thing.px - x, thing.py - y);
      if (away <= least) [found, least] = [thing, away];
    }
    return found;
  }

  /** Returns every position, to fit the view to: [xs, ys]; in a replay also those of later moments. */
  all() {
    const [xs, ys] = [[], []];
    for (const track of this.#tracks) {
      xs.push(...track.xs);
      ys.push(...track.ys);
    }
    return [xs, ys];
  }
}
