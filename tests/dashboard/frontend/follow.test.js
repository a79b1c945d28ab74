import assert from "node:assert/strict";
import test from "node:test";

import { Follow } from "../../../dashboard/frontend/follow.js";

/** A page that notes what it is told; `answers` are given one by one, `turn` lets the next question be asked. */
function page(answers) {
  const seen = { asked: [], added: [], shown: [], calls: [] };
  const ports = {
    ask: async (since) => {
      seen.asked.push(since);
      return answers.shift();
    },
    add: (rows) => seen.added.push(...rows),
    show: (state) => seen.shown.push(state),
    after: (call) => seen.calls.push(call),
    hidden: () => false,
  };
  const turn = async () => {
    seen.calls.shift()?.();
    await new Promise(setImmediate);
  };
  return { seen, ports, turn };
}

const answer = (rows, since, whole = true) => ({ status: 200, data: { rows, since, whole } });

test("it asks on from where the last answer ended, and adds what is new", async () => {
  const { seen, ports, turn } = page([answer([1, 2], "2-2"), answer([], "2-2"), answer([3], "3-3", false)]);
  new Follow(ports, "0-0").toggle();
  for (let i = 0; i < 3; i++) await turn();
  assert.deepEqual([seen.asked.slice(0, 3), seen.added], [["0-0", "2-2", "2-2"], [1, 2, 3]]);
  assert.match(seen.shown[2].sentence, /^Following: 2 records since/);
  assert.match(seen.shown[3].sentence, /3 records .* more arrive than can be shown/);
});

test("once stopped it asks no more, and an answer that comes late is dropped", async () => {
  const { seen, ports, turn } = page([answer([1], "1-1"), answer([2], "2-2")]);
  const follow = new Follow(ports, "0-0");
  follow.toggle();
  follow.toggle();
  await turn();
  await turn();
  assert.deepEqual([seen.asked, seen.added], [["0-0"], []]);
  assert.deepEqual(seen.shown.at(-1), { on: false, sentence: "Stopped." });
});

test("it stops when it is signed out or refused, and says so", async () => {
  for (const [status, sentence] of [[401, "Stopped: you are signed out."], [400, "Stopped: no such stream."]]) {
    const { seen, ports, turn } = page([{ status, data: { error: "no such stream" } }]);
    new Follow(ports, "0-0").toggle();
    await turn();
    assert.deepEqual([seen.shown.at(-1), seen.calls], [{ on: false, sentence }, []]);
  }
});

test("a server that does not answer is asked five times", async () => {
  const { seen, ports, turn } = page(Array(9).fill({ status: 0, data: null }));
  new Follow(ports, "0-0").toggle();
  for (let i = 0; i < 9; i++) await turn();
  assert.equal(seen.asked.length, 5);
  assert.equal(seen.shown.at(-1).sentence, "Stopped: the server does not answer.");
});
