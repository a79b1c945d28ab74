// Figures and sparks of panels, stacked bars, and the screen on a wall.

import assert from "node:assert/strict";
import { test } from "node:test";

import { extent, figure, spark } from "../../../dashboard/frontend/parts/figures.js";
import { axisOf, lookOf, spread } from "../../../dashboard/frontend/parts/look.js";
import { isNight, Screen, themeOf } from "../../../dashboard/frontend/parts/screen.js";

test("figures are as the server writes them", () => {
  const values = [null, 0, 7, 1234.5, 0.12345, 12_345_678, -2_500_000, "BUY", 1234567.8];
  assert.deepEqual(values.map(figure), ["–", "0", "7", "1,234.5", "0.1235", "12.35 m", "-2.5 m", "BUY", "1.235 m"]);
});

test("a spark is interrupted at gaps", () => {
  assert.equal(spark([0, 2, null, 1, 1]), "M0.0 23.0L25.0 1.0M75.0 12.0L100.0 12.0");
  assert.equal(spark([null, 3]), "");
});

test("an axis leaves out zero only far from it", () => {
  const ends = [[180, 210], [90, 210], [5, 5], [-3, 4], [-210, -180], [-210, -90]].map(([low, high]) => extent(low, high));
  assert.deepEqual(ends, [[180, 210], [0, 210], [0, 5], [-3, 4], [-210, -180], [-210, 0]]);
  assert.deepEqual(spread(100, 150, false), [96, 154]);
  assert.deepEqual(spread(100, 150, true), [0, 162]);
  assert.deepEqual(spread(0, 0, false), [0, 1]);
});

test("a screen is dark at night", () => {
  assert.deepEqual([6, 7, 18, 19].map((hour) => isNight(new Date(2026, 10, 22, hour))), [true, false, false, true]);
});

test("an address without a theme leaves a public board to the browser, and a display link to the hour", () => {
  const [day, night] = [12, 22].map((hour) => new Date(2026, 10, 22, hour));
  assert.deepEqual([day, night].map((moment) => themeOf(null, "system", moment)), [null, null]);
  assert.deepEqual([day, night].map((moment) => themeOf("toString", "night", moment)), ["light", "dark"]);
  assert.deepEqual(["dark", "light", "night", "system"].map((asked) => themeOf(asked, "system", night)), ["dark", "light", "dark", null]);
});

function hung(answers, { there = true } = {}) {
  const world = { now: 0, waits: [], reloads: 0, heard: [], asked: [], shown: [] };
  const ports = {
    ask: async (since) => {
      world.asked.push(since);
      return answers.shift() ?? { status: 0, data: null };
    },
    now: () => world.now,
    after: (_, wait) => world.waits.push(wait),
    isThere: async () => there,
    reload: () => (world.reloads += 1),
  };
  const on = { show: (data) => (world.shown.push(data), !data.old), tell: ({ heard }) => world.heard.push(heard) };
  world.screen = new Screen(ports, on);
  world.screen.start(7, 1000);
  return world;
}

const answer = (more = {}) => ({ status: 200, data: { now: "1970-01-01T00:00:01Z", pulse: {}, ...more } });

test("a screen asks for what is newer than it shows", async () => {
  const world = hung([answer({ version: 8, data: {} }), answer()]);
  await world.screen.look();
  await world.screen.look();
  assert.deepEqual([world.asked, world.shown.length, world.waits], [[7, 8], 1, [1000, 1000, 1000]]);
});

test("a screen says that its figures are old once nothing was heard for some seconds", async () => {
  const world = hung([]);
  for (const now of [5000, 9000]) {
    world.now = now;
    await world.screen.look();
  }
  assert.deepEqual([world.heard, world.waits.at(-1), world.reloads], [[true, true, false], 5000, 0]);
});

test("a screen is loaded anew after a change and after a day, but only while the server is there", async () => {
  const changed = hung([answer({ version: 8, data: { old: true } })]);
  await changed.screen.look();
  const long = hung([answer(), answer()]);
  long.now = 86_400_001;
  await long.screen.look();
  const alone = hung([answer()], { there: false });
  alone.now = 86_400_001;
  await alone.screen.look();
  assert.deepEqual([changed, long, alone].map((world) => world.reloads), [1, 1, 0]);
});

test("a screen whose link was revoked is loaded anew, to show nothing more", async () => {
  const world = hung([{ status: 404, data: null }], { there: false });
  await world.screen.look();
  assert.equal(world.reloads, 1);
});

test("the axis of a part is that of the whole, with room for the last bar", () => {
  const [times, whole] = [[60, 120, 180], [60, 600]];
  assert.deepEqual([axisOf(times, 60, false), axisOf(times, 60, true)], [[60, 180], [60, 240]]);
  assert.deepEqual([axisOf([60], 60, false, whole), axisOf(times, 60, true, whole)], [[60, 600], [60, 660]]);
  assert.deepEqual([axisOf([60], 60, false), axisOf([], 60, false, whole), axisOf([60, 660], 60, false, whole)], [[60, 120], [60, 600], [60, 660]]);
});

test("the look of a curve stays the same while a replay goes on", () => {
  const panel = { kind: "lines", unit: "", step: 60_000, start: 0, lines: [{ name: "a" }], more: 0 };
  const until = (moment) => lookOf(panel, { end: "1970-01-01T01:00:00Z", until: moment });
  assert.equal(until("1970-01-01T00:10:00Z"), until("1970-01-01T00:20:00Z"));
  assert.notEqual(until("1970-01-01T00:10:00Z"), lookOf(panel, { end: "1970-01-01T01:00:00Z", until: "" }));
});
