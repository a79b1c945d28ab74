import assert from "node:assert/strict";
import test from "node:test";

import { PauseBuffer } from "../../../dashboard/frontend/pause.js";

const message = (topic, version) => ({ topic, version });

test("what comes while paused waits and is counted", () => {
  const buffer = new PauseBuffer();
  assert.equal(buffer.offer(message("market", 1)), true);
  buffer.pause();
  assert.equal(buffer.offer(message("market", 2)), false);
  assert.equal(buffer.offer(message("market", 3)), false);
  assert.equal(buffer.waiting, 2);
});

test("going on gives the newest of each topic and starts anew", () => {
  const buffer = new PauseBuffer();
  buffer.pause();
  [message("market", 2), message("orders", 7), message("market", 3)].forEach((one) => buffer.offer(one));
  assert.deepEqual(buffer.resume(), [message("market", 3), message("orders", 7)]);
  assert.deepEqual([buffer.waiting, buffer.paused, buffer.resume()], [0, false, []]);
});
