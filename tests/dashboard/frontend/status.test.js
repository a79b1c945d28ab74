import assert from "node:assert/strict";
import test from "node:test";

import { describe } from "../../../dashboard/frontend/status.js";

const LOST = Date.parse("2026-11-22T14:03:07Z");
const calm = { shown: { view: "live", at: null }, waiting: 0, upTo: LOST - 2000, now: LOST + 5000, zone: "utc", everLive: true };
const on = (transport, attempt = 0) => ({ transport, attempt, lostAt: transport === "live" ? null : LOST });

test("a live line has no banner", () => {
  assert.deepEqual(describe(on("live"), calm), { state: "live", pill: "Live", banner: "" });
});

test("nobody hears of a loss shorter than two seconds", () => {
  assert.equal(describe(on("reconnecting", 1), { ...calm, now: LOST + 1999 }).state, "live");
  assert.equal(describe(on("reconnecting", 2), { ...calm, now: LOST + 2000 }).banner, "Reconnecting (2)…");
});

test("offline says since when, and how far the data goes", () => {
  const { state, banner } = describe(on("offline", 9), calm);
  assert.deepEqual([state, banner], ["offline", "Offline since 14:03:07 — showing data up to 14:03:05"]);
});

test("who is refused is told so at once, and what to do", () => {
  const { state, pill, banner } = describe(on("refused"), { ...calm, now: LOST });
  assert.deepEqual([state, pill], ["refused", "No access"]);
  assert.match(banner, /^You may not see these figures any more\. Ask .* reload the page\.$/);
});

test("paused counts what waits, but a lost line comes first", () => {
  const paused = { ...calm, shown: { view: "paused", at: LOST }, waiting: 37 };
  assert.equal(describe(on("live"), paused).banner, "Paused at 14:03:07, 37 new. Space goes on.");
  assert.equal(describe(on("offline"), paused).state, "offline");
});

test("a live line with old figures is stale, and a pause or a lost line comes first", () => {
  const stale = { ...calm, look: "stale" };
  assert.deepEqual(describe(on("live"), stale), { state: "stale", pill: "Stale", banner: "" });
  assert.equal(describe(on("live"), { ...stale, shown: { view: "paused", at: LOST } }).state, "paused");
  assert.equal(describe(on("offline"), stale).state, "offline");
});

test("a live line to a stream that was read to its end is complete", () => {
  const complete = { ...calm, look: "complete" };
  assert.deepEqual(describe(on("live"), complete), { state: "complete", pill: "Complete", banner: "" });
  assert.equal(describe(on("polling", 3), complete).state, "polling");
});

test("polling is called so", () => {
  assert.equal(describe(on("polling", 3), calm).state, "polling");
});

test("the first connection is not a reconnection", () => {
  const first = describe(on("reconnecting"), { ...calm, now: LOST, everLive: false });
  assert.deepEqual([first.pill, first.banner], ["Connecting…", ""]);
});

test("a page that does not show the present says up to which moment it shows figures", () => {
  const pill = (view, at) => describe(on("live"), { ...calm, look: "stale", shown: { view, at: Date.parse(at) } }).pill;
  const shown = [["paused", "2026-11-22T14:03:00Z"], ["replay", "2026-11-22T14:00:00Z"], ["replay", "2026-11-02T02:00:09Z"]];
  const passed = [["past", "2026-11-22T00:00:00Z"], ["past", "2026-11-21T00:00:00Z"], ["past", "2025-11-21T00:00:00Z"]];
  const pills = ["Paused", "Replay 14:00:00", "Replay 2 Nov 02:00:09", "Until 22 Nov 00:00", "Until 21 Nov 00:00", "Until 2025-11-21 00:00"];
  assert.deepEqual([...shown, ...passed].map(([view, at]) => pill(view, at)), pills);
});

test("a replay has no banner, which would push the figures down", () => {
  assert.equal(describe(on("live"), { ...calm, waiting: 3, shown: { view: "replay", at: LOST } }).banner, "");
});
