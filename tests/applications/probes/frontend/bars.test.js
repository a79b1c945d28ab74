import assert from "node:assert/strict";
import test from "node:test";

import { stateOf, where } from "../../../../applications/probes/frontend/parts/bars.js";

test("a bar is up, part, down or none", () => {
  assert.deepEqual([stateOf(0, 0), stateOf(3, 0), stateOf(3, 1), stateOf(3, 3)], ["none", "up", "part", "down"]);
});

test("a card names the places that say down, else how many report", () => {
  assert.equal(where({ reporting: 3, down_at: ["fra", "iad"] }), "down at fra, iad");
  assert.equal(where({ reporting: 1, down_at: [] }), "1 place");
  assert.equal(where({ reporting: 2, down_at: [] }), "2 places");
  assert.equal(where({ reporting: 0, down_at: [] }), "no place reports");
});
