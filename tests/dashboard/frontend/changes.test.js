import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { changed } from "../../../dashboard/frontend/changes.js";

/** Freezes a state in all its depth: to change it would raise an error. */
function frozen(state) {
  if (state && typeof state === "object") Object.values(state).forEach(frozen);
  return Object.freeze(state);
}

for (const { case: name, before, after, change } of JSON.parse(readFileSync(new URL("../changes.json", import.meta.url)))) {
  test(`change: ${name}`, () => {
    assert.equal(JSON.stringify(changed(frozen(before), change)), JSON.stringify(after));
  });
}
