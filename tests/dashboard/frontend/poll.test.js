import assert from "node:assert/strict";
import test from "node:test";

import { EVERY, Poll } from "../../../dashboard/frontend/poll.js";

/** A poll whose answers are given beforehand; `heard` is what came of them, `waits` how long it wanted to wait. */
function polling(answers) {
  const world = { heard: [], waits: [], hidden: false };
  const hear = (what) => () => world.heard.push(what);
  const ports = {
    ask: async () => answers.shift(),
    after: (wait, call) => {
      world.waits.push(wait);
      world.next = call;
      return () => {};
    },
    hidden: () => world.hidden,
    chance: () => 1,
  };
  const on = { state: (data) => world.heard.push(data), lost: hear("lost"), signedOut: hear("signed out"), refused: hear("refused") };
  world.poll = new Poll(ports, on);
  world.poll.start();
  return world;
}

test("a state is shown, and asked for again after two seconds", async () => {
  const world = polling([{ status: 200, data: "one" }, { status: 200, data: "two" }]);
  await world.next();
  await world.next();
  assert.deepEqual([world.heard, world.waits], [["one", "two"], [EVERY, EVERY, EVERY]]);
});

test("without an answer it waits longer each time, and is quick again once there is one", async () => {
  const world = polling([{ status: 0 }, { status: 502 }, { status: 0 }, { status: 200, data: "back" }]);
  for (let turn = 0; turn < 4; turn += 1) await world.next();
  assert.deepEqual(world.heard, ["lost", "lost", "lost", "back"]);
  assert.deepEqual(world.waits, [EVERY, 1000, 2000, 4000, EVERY]);
});

test("who is signed out, or no longer staff, is not asked again", async () => {
  for (const [status, what] of [[401, "signed out"], [403, "refused"]]) {
    const world = polling([{ status }]);
    await world.next();
    assert.deepEqual([world.heard, world.waits], [[what], [EVERY]]);
  }
});

test("a page that nobody sees asks nothing until it is seen", async () => {
  const world = polling([{ status: 200, data: "seen" }]);
  world.hidden = true;
  await world.next();
  assert.deepEqual([world.heard, world.waits], [[], [EVERY]]);
  world.hidden = false;
  await world.poll.wake();
  assert.deepEqual(world.heard, ["seen"]);
});
