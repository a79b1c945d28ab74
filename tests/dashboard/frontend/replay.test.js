// The questions of a replay: how often, and which answers are shown.
import assert from "node:assert/strict";
import test from "node:test";

import { Asker } from "#kit/parts/asker.js";

/** Returns an asker with a clock of its own: {asker, asked, shown, pass(ms), answer(data), hide(hidden)}. */
function asking() {
  const [asked, shown, timers, answers] = [[], [], [], []];
  let [now, hidden] = [0, false];
  const asker = new Asker({
    ask: (moment) => {
      asked.push(moment);
      return new Promise((resolve) => answers.push(resolve));
    },
    show: (data) => shown.push(data),
    failed: () => shown.push("failed"),
    hidden: () => hidden,
    now: () => now,
    after: (milliseconds, call) => timers.push([now + milliseconds, call]),
  });
  const pass = (milliseconds) => {
    now += milliseconds;
    for (const timer of timers.splice(0)) timer[0] <= now ? timer[1]() : timers.push(timer);
  };
  const answer = async (data, place = 0) => {
    answers.splice(place, 1)[0](data);
    await null;
    await null;
  };
  return { asker, asked, shown, pass, answer, hide: (is) => (hidden = is) };
}

test("a replay asks at most once a second, for the newest moment", async () => {
  const { asker, asked, shown, pass, answer } = asking();
  asker.want(10);
  pass(0);
  await answer("ten");
  for (const moment of [11, 12, 13]) asker.want(moment);
  pass(900);
  assert.deepEqual(asked, [10]);
  pass(100);
  await answer("thirteen");
  asker.want(13);
  pass(5000);
  assert.deepEqual([asked, shown], [[10, 13], ["ten", "thirteen"]]);
});

test("an answer that comes after a jump or the end is dropped", async () => {
  const { asker, asked, shown, pass, answer } = asking();
  asker.want(50);
  pass(0);
  asker.want(20, true);
  pass(1000);
  await answer("of 50");
  await answer("of 20");
  asker.want(21);
  pass(1000);
  asker.stop();
  await answer("of 21");
  assert.deepEqual([asked, shown], [[50, 20, 21], ["of 20"]]);
});

test("a hidden page asks nothing until it is seen again, and a failure is told", async () => {
  const { asker, asked, shown, pass, answer, hide } = asking();
  hide(true);
  asker.want(1);
  pass(5000);
  assert.deepEqual(asked, []);
  hide(false);
  asker.wake();
  pass(0);
  await answer(null);
  assert.deepEqual([asked, shown], [[1], ["failed"]]);
});
