import assert from "node:assert/strict";
import test from "node:test";

import { action } from "../../../dashboard/frontend/shortcuts.js";

test("keys have their actions", () => {
  assert.deepEqual(["/", "?", " ", "z", "x"].map((key) => action(key, false, [])), ["search", "help", "pause", "zone", null]);
});

test("a place is gone to after g only, by the key of its link", () => {
  const places = ["m", "s", "z"];
  const found = [["g", false], ["m", true], ["s", true], ["z", true], ["o", true], ["m", false]].map(([key, afterG]) => action(key, afterG, places));
  assert.deepEqual(found, ["go", { place: "m" }, { place: "s" }, { place: "z" }, null, null]);
});
