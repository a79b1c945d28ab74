import assert from "node:assert/strict";
import test from "node:test";

import { DEAD_AFTER, Line, POLL_EVERY } from "../../../dashboard/frontend/connection.js";

/** A world whose time goes on by hand. */
class World {
  time = 0;
  timers = [];
  sockets = [];
  heard = [];
  answer = { status: 0, message: null };
  beats = [];

  ports = {
    socket: () => this.sockets[this.sockets.push({ sent: [], send(text) { this.sent.push(text); }, close() {} }) - 1],
    poll: async () => this.answer,
    after: (wait, call) => {
      const timer = { at: this.time + wait, call };
      this.timers.push(timer);
      return () => (timer.call = () => {});
    },
    now: () => this.time,
    chance: () => 1,
  };

  hooks = {
    opened: () => {},
    message: (message) => this.heard.push(message),
    beat: (...beat) => this.beats.push(beat),
    change: () => {},
    signedOut: () => this.heard.push("signed out"),
  };

  get socket() {
    return this.sockets.at(-1);
  }

  say(message) {
    this.socket.onmessage({ data: JSON.stringify(message) });
  }

  /** Lets time pass, and the answers of polls with it. */
  async pass(milliseconds) {
    const end = this.time + milliseconds;
    for (;;) {
      await new Promise(setImmediate);
      const next = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers.splice(this.timers.indexOf(next), 1);
      this.time = next.at;
      next.call();
    }
    this.time = end;
  }
}

function begin() {
  const world = new World();
  const line = new Line(world.ports, world.hooks);
  line.start(["market"]);
  return { world, line };
}

async function failOpens(world, times) {
  for (let count = 0; count < times; count += 1) {
    world.socket.onclose({ code: 1006 });
    if (count < times - 1) await world.pass(1000 * 2 ** count);
  }
}

test("an open socket subscribes, and is live from its first word on", () => {
  const { world, line } = begin();
  world.socket.onopen();
  assert.deepEqual(world.socket.sent, ['{"subscribe":["market"]}']);
  assert.equal(line.status().transport, "reconnecting");
  world.say({ beat: "2026-11-22T14:03:07.250Z" });
  assert.deepEqual(line.status(), { transport: "live", attempt: 0, lostAt: null });
});

test("a beat tells the time, and what is wrong with a clock until a beat says nothing of it", () => {
  const { world } = begin();
  world.say({ beat: "1", clock_note: "The clock is off." });
  world.say({ beat: "2" });
  world.say({ beat: "3", database: "away" });
  assert.deepEqual(world.beats, [["1", undefined, "The clock is off."], ["2", undefined, ""], ["3", "away", ""]]);
});

test("a line without a word for six seconds is dead, and is dialled again", async () => {
  const { world, line } = begin();
  world.say({ beat: "" });
  await world.pass(DEAD_AFTER - 1);
  assert.equal(line.status().transport, "live");
  await world.pass(1);
  assert.deepEqual(line.status(), { transport: "reconnecting", attempt: 1, lostAt: DEAD_AFTER });
  await world.pass(1000);
  assert.equal(world.sockets.length, 2);
});

test("after three failed opens it polls, and keeps trying the socket", async () => {
  const { world, line } = begin();
  world.answer = { status: 200, message: { topic: "market", version: 1, data: {} } };
  await failOpens(world, 3);
  await world.pass(POLL_EVERY);
  assert.equal(line.status().transport, "polling");
  assert.equal(world.heard.length, 2);
  await world.pass(30_000);
  assert.ok(world.sockets.length > 3);
});

test("when polling fails too, it is offline", async () => {
  const { world, line } = begin();
  await failOpens(world, 3);
  await world.pass(0);
  assert.equal(line.status().transport, "offline");
});

test("the socket that comes back ends the polling", async () => {
  const { world, line } = begin();
  world.answer = { status: 204, message: null };
  await failOpens(world, 3);
  await world.pass(5000);
  world.say({ beat: "" });
  assert.equal(line.status().transport, "live");
  world.answer = { status: 200, message: "late" };
  await world.pass(POLL_EVERY);
  assert.deepEqual(world.heard, []);
});

test("a person with too many sockets polls at once, and keeps trying the socket", async () => {
  const { world, line } = begin();
  world.answer = { status: 204, message: null };
  world.socket.onopen();
  world.socket.onclose({ code: 4429 });
  await world.pass(0);
  assert.equal(line.status().transport, "polling");
  await world.pass(1000);
  assert.equal(world.sockets.length, 2);
});

test("an ended session is told once and never dialled again", async () => {
  const { world } = begin();
  world.socket.onclose({ code: 4401 });
  await world.pass(60_000);
  assert.deepEqual([world.heard, world.sockets.length], [["signed out"], 1]);
});

test("a poll that is told to sign in ends it as well", async () => {
  const { world } = begin();
  world.answer = { status: 401, message: null };
  await failOpens(world, 3);
  await world.pass(0);
  assert.deepEqual(world.heard, ["signed out"]);
});

test("retry now does not wait", () => {
  const { world, line } = begin();
  world.socket.onclose({ code: 1006 });
  line.retryNow();
  line.retryNow();
  assert.equal(world.sockets.length, 2);
});

test("who may no longer see a topic is told so, and it is not dialled again", async () => {
  const { world, line } = begin();
  world.say({ beat: "2026-11-22T14:03:07.250Z" });
  world.socket.onclose({ code: 4403 });
  line.retryNow();
  await world.pass(120_000);
  assert.deepEqual([line.status().transport, world.sockets.length, world.heard], ["refused", 1, []]);
});

test("a poll that is refused ends the polling, too", async () => {
  const { world, line } = begin();
  world.answer = { status: 403, message: null };
  await failOpens(world, 3);
  await world.pass(120_000);
  assert.deepEqual([line.status().transport, world.sockets.length], ["refused", 3]);
});

test("a server that cannot vouch for anybody is dialled again, ever more patiently", async () => {
  const { world } = begin();
  const dialled = [];
  for (let count = 0; count < 3; count += 1) {
    const before = world.sockets.length;
    world.socket.onclose({ code: 1013 });
    while (world.sockets.length === before) await world.pass(1000);
    dialled.push(world.time);
  }
  assert.deepEqual(dialled, [1000, 3000, 7000]);
});

const whole = { topic: "market", version: 4, data: { trades: 1, values: [1, 2] } };

test("a change is applied to the last state of its topic", () => {
  const { world } = begin();
  world.say(whole);
  world.say({ topic: "market", version: 5, from: 4, change: { values: { keep: [1], after: [3] } } });
  world.say({ topic: "market", version: 7, from: 5, change: { trades: [2] } });
  assert.deepEqual(world.heard.slice(1), [
    { topic: "market", version: 5, data: { trades: 1, values: [2, 3] } },
    { topic: "market", version: 7, data: { trades: 2, values: [2, 3] } },
  ]);
});

test("a change of another state is not shown, and the whole is asked for once", () => {
  const { world } = begin();
  world.say(whole);
  world.say({ topic: "market", version: 7, from: 6, change: { trades: [2] } });
  world.say({ topic: "market", version: 8, from: 7, change: { trades: [3] } });
  assert.deepEqual([world.heard, world.socket.sent], [[whole], ['{"subscribe":["market"]}']]);
});

test("a new socket begins with whole states", async () => {
  const { world } = begin();
  world.say(whole);
  world.socket.onclose({ code: 1006 });
  await world.pass(1000);
  world.say({ topic: "market", version: 5, from: 4, change: { trades: [2] } });
  assert.deepEqual(world.heard, [whole]);
});
