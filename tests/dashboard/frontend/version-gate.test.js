import assert from "node:assert/strict";
import test from "node:test";

import { VersionGate } from "../../../dashboard/frontend/version-gate.js";

test("a state older than the one shown is dropped, topic by topic", () => {
  const gate = new VersionGate();
  const answers = [["market", 5], ["market", 4], ["orders", 4], ["market", 5], ["market", 6]];
  assert.deepEqual(answers.map(([topic, version]) => gate.accept(topic, version)), [true, false, true, true, true]);
  assert.equal(gate.since("market"), 6);
});

test("on a new connection the first state counts, whatever came before", () => {
  const gate = new VersionGate();
  gate.accept("market", 900);
  gate.clear();
  assert.equal(gate.accept("market", 1), true);
});
