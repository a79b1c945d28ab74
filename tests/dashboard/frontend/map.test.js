// The view of a map, its tracks, its clock and its gestures, without a page.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { pinched } from "#kit/map/gestures.js";
import { line, multiples, shapeOf, shapesOf } from "#kit/map/land.js";
import { Player } from "#kit/parts/player.js";
import { Scene } from "#kit/map/scene.js";
import { at, fade, rangeOf, shade, tracksOf, trailOf } from "#kit/map/tracks.js";
import { across, bounded, down, fitted, gridStep, holds, latitudeOf, longitudeOf, moved, placed, ruler, screenX, screenY, shortest, zoomed } from "#kit/map/view.js";

const END = "2026-11-22T12:00:00.000Z";
const NEW_YORK = [across(-73.985), down(40.749)];
const view = (more) => bounded({ x: NEW_YORK[0], y: NEW_YORK[1], k: 100_000, width: 800, height: 400, ...more });
const near = (found, wanted, most = 1e-6) => assert.ok(Math.abs(found - wanted) <= most, `${found} is not ${wanted}`);
const panel = (routes, end = END) => ({ end, routes: routes.map(([name, track, value = null]) => ({ name, value, track })) });

test("degrees become a place in the world and degrees again", () => {
  for (const degrees of [-179.9, -73.985, 0, 40.749, 179.9]) near(longitudeOf(across(degrees)), degrees, 1e-9);
  for (const degrees of [-85, -40, 0, 40.749, 85]) near(latitudeOf(down(degrees)), degrees, 1e-9);
  assert.deepEqual([down(90), down(-90)], [down(86), down(-86)]); // the poles are at the edge
});

test("the place under the pointer stays when the view is enlarged", () => {
  const before = view();
  const place = [before.x + 100 / before.k, before.y - 50 / before.k];
  const after = zoomed(before, 3, 500, 150);
  near(screenX(after, place[0]), 500);
  near(screenY(after, place[1]), 150);
  assert.equal(after.k, 300_000);
});

test("a view keeps within the world however it is moved", () => {
  for (const change of [{ k: 1e308 }, { k: 0 }, { y: -5 }, { y: 7 }, { x: 12.25 }]) {
    const { x, y, k, height } = view(change);
    assert.ok(x >= 0 && x < 1 && y - height / 2 / k >= -1e-9 && y + height / 2 / k <= 1 + 1e-9 && k < 4e7, JSON.stringify(change));
  }
  near(moved(view(), 1e6, 0).x, view().x - 10 + 10); // ten turns
});

test("a fitted view shows all points, also on both sides of the date line", () => {
  const xs = [179, -179, 178].map(across);
  const ys = [-17, -18, -16].map(down);
  assert.deepEqual(shortest(xs).map((each) => Number(each.toFixed(4))), [0.9944, 0.0083]);
  const found = fitted(xs, ys, 800, 400);
  assert.ok(xs.every((x, place) => holds(found, x, ys[place], 30)) && found.k > 5_000, JSON.stringify(found));
});

test("a fitted view of one point or none is not too close and not broken", () => {
  near(fitted([NEW_YORK[0]], [NEW_YORK[1]], 800, 400).k, 40_075_016.686 / 25);
  near(fitted([], [], 800, 400).k, 440);
});

test("the ruler and the grid have round lengths", () => {
  const { metres, pixels } = ruler(view(), 120);
  assert.equal(metres, 20_000);
  near(pixels, 20_000 / ((40_075_016.686 * Math.cos((40.749 * Math.PI) / 180)) / 100_000), 0.01);
  assert.deepEqual([gridStep(view()), gridStep(view({ k: 500 }))], [0.5, 30]);
  assert.equal(placed(40.749, -73.98518), "40.7490° N, 73.9852° W");
});

test("two fingers move and enlarge together", () => {
  const before = view();
  const after = pinched(before, { x: 300, y: 200 }, { x: 500, y: 200 }, { x: 700, y: 200 });
  assert.equal(after.k, 2 * before.k);
  near(screenX(after, before.x), 500); // what was in the middle of the fingers still is
});

test("a thing moves evenly between two positions and rests after the last", () => {
  const [track] = tracksOf(panel([["A", [[-20_000, 0, 10], [-10_000, 0, 20], [0, 0, 20]]]]));
  const base = Date.parse(END);
  const shown = (moment) => at(track, base + moment);
  assert.equal(shown(-20_001), null);
  near(shown(-15_000).x, across(15));
  assert.deepEqual([shown(-15_000).since, shown(5_000).since], [base - 15_000, base]);
});

test("a thing that was silent for long rests where it was", () => {
  const [track] = tracksOf(panel([["A", [[-600_000, 0, 10], [0, 0, 20]]]]));
  const { x, since } = at(track, Date.parse(END) - 300_000);
  assert.deepEqual([x, since], [across(10), Date.parse(END) - 600_000]);
});

test("a thing flies the short way over the date line", () => {
  const [track] = tracksOf(panel([["A", [[-10_000, 0, 179], [0, 0, -179]]]]));
  near(at(track, Date.parse(END) - 5_000).x, 1);
});

test("a trail has few places, the last one among them", () => {
  assert.deepEqual(trailOf(4), [0, 1, 2, 3, 4]);
  assert.deepEqual(trailOf(9, 4), [0, 3, 6, 9]);
  assert.ok(trailOf(100_000).length <= 240);
});

test("things fade in steps after ten seconds of silence", () => {
  assert.deepEqual([0, 10_000, 10_001, 120_000, 250_000, 1e9].map(fade), [0, 0, 1, 2, 3, 3]);
});

test("values get a colour between the least and the greatest; texts and single values get none", () => {
  const tracks = [1, 5, 9, "old", null].map((value) => ({ value }));
  const range = rangeOf(tracks);
  assert.deepEqual(range, [1, 9]);
  assert.deepEqual(tracks.map(({ value }) => shade(value, range, 6)), [0, 3, 5, -1, -1]);
  assert.equal(rangeOf([{ value: 3 }, { value: 3 }]), null);
});

test("things glide to their newest position unless motion is not wanted", () => {
  const places = (longitude, end) => panel([["A", [[0, 0, longitude]]]], end);
  for (const [calm, halfway] of [[false, 11], [true, 12]]) {
    const scene = new Scene();
    scene.show(places(10), 1000, calm);
    scene.show(places(12), 2000, calm);
    assert.equal(scene.glide(2500), !calm);
    near(scene.things[0].x, across(halfway));
    assert.equal(scene.glide(3000), false);
    near(scene.things[0].x, across(12));
  }
});

test("a scene finds what is near, what strays, and what is silent", () => {
  const scene = new Scene();
  scene.show(panel([["A", [[0, 40.749, -73.985]]], ["B", [[-60_000, 40.8, -60]]]]), 0, true);
  assert.deepEqual(scene.place(view()).map(({ name }) => name), ["A"]);
  assert.deepEqual([scene.near(405, 203).name, scene.near(500, 200), scene.named("B").level], ["A", null, 1]);
  assert.equal(scene.strays(view()), true);
  assert.equal(scene.strays(fitted(...scene.all(), 800, 400)), false);
});

test("a replay shows only what was there at the moment", () => {
  const tracks = tracksOf(panel([["A", [[-9_000, 1, 1], [0, 2, 2]]], ["B", [[-1_000, 3, 3]]]]));
  const scene = new Scene();
  scene.replay(tracks, Date.parse(END) - 5_000);
  assert.deepEqual(scene.things.map(({ name, place }) => [name, place]), [["A", 0]]);
  scene.replay(tracks, Date.parse(END));
  assert.deepEqual(scene.things.map(({ name }) => name), ["A", "B"]);
});

test("the clock of a replay goes at its speed, stops at the end, and begins anew", () => {
  const player = new Player(0, 60_000);
  player.speed = 60;
  player.play();
  assert.deepEqual([5_000, 5_500, 9_000].map((now) => player.tick(now)), [0, 30_000, 60_000]); // no more than a second at once
  assert.equal(player.playing, false);
  player.play();
  assert.deepEqual([player.moment, player.tick(20_000)], [0, 0]);
});

test("the clock of a calm replay steps once a second", () => {
  const player = new Player(0, 600_000, true);
  player.play();
  assert.deepEqual([0, 500, 999, 1_000, 1_900, 2_000].map((now) => player.tick(now)), [0, 0, 0, 10_000, 10_000, 20_000]);
});

test("the grid is drawn at the multiples of a step within the window", () => {
  assert.deepEqual([multiples(10, -12, 2), multiples(10, 41, 55), multiples(30, 31, 59)], [[-10, 0], [50], []]);
});

test("the land of world-atlas is there, with the box of each part; Antarctica goes around the pole", async () => {
  const { land, borders } = shapesOf(JSON.parse(await readFile(new URL("../../../node_modules/world-atlas/countries-110m.json", import.meta.url))));
  assert.ok(land.length > 100 && borders.length > 100);
  for (const { box: [west, north, east, south] } of [...land, ...borders]) assert.ok(west <= east && north <= south && west >= -1 && east <= 2);
  assert.deepEqual(land.map(({ pole }) => pole).filter((pole) => pole !== null), [1.1]);
});

test("a shape across the date line has no jump", () => {
  const { points, box } = shapeOf([[179, 0], [-179, 0], [-179, 10], [179, 0]], true);
  assert.ok(Math.max(...points) < 1.01 && box[2] - box[0] < 0.01, String(points));
});

/** Returns the points of a path. */
const drawn = (points, view) => {
  const found = [];
  line({ moveTo: (...at) => found.push(at), lineTo: (...at) => found.push(at) }, points, view);
  return found;
};

test("a line outside on one side is cut short, and every point inside is drawn", () => {
  const view = { x: 0.5, y: 0.5, k: 100, width: 100, height: 100 };
  const outside = [2, 0.1, 3, 0.2, 2, 0.3, 3, 0.4];
  assert.deepEqual(drawn([0.5, 0.5, ...outside, 0.6, 0.6], view).length, 4); // both ends of the part outside stay
  assert.deepEqual(drawn([0.1, 0.1, 0.2, 0.2, 0.3, 0.1], view).map((at) => at.map(Math.round)), [[10, 10], [20, 20], [30, 10]]);
  const around = [-1, -1, 2, -1, 2, 2, -1, 2, -1, -1]; // corners around the view are all needed
  assert.equal(drawn(around, view).length, 5);
});
