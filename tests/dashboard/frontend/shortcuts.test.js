import assert from "node:assert/strict";
import test from "node:test";

import { action } from "../../../dashboard/frontend/shortcuts.js";

test("keys have their actions", () => {
  assert.deepEqual(["/", "?", " ", "z", "x"].map((key) => action(key, false)), ["search", "help", "pause", "zone", null]);
});

test("a place is gone to after g only", () => {
  assert.deepEqual([action("g", false), action("m", true), action("o", true), action("s", true), action("m", false)], ["go", "market", "orders", "streams", null]);
});
