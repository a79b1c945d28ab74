import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { judge, shown } from "../../../dashboard/frontend/standing.js";

const rows = (name) => JSON.parse(readFileSync(new URL(`../${name}.json`, import.meta.url)));

for (const { case: name, newest, watermark, workers, now, ahead, drained, elsewhere, look, reason, age } of rows("standing")) {
  test(`standing: ${name}`, () => {
    assert.deepEqual(judge({ newest, watermark, workers, now, ahead, drained, elsewhere }), { look, reason, since: watermark, age });
  });
}

test("standing: a browser that hears nothing blames no worker", () => {
  const facts = { newest: 80_000, watermark: 80_000, workers: 0, now: 100_000, heard: false };
  assert.deepEqual(judge(facts), { look: "unknown", reason: "unheard", since: 80_000, age: 20_000 });
});

for (const { case: name, past, paused, replayed, view, at } of rows("shown")) {
  test(`shown time: ${name}`, () => assert.deepEqual(shown({ past, paused, replayed }), { view, at }));
}
