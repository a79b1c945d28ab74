import assert from "node:assert/strict";
import test from "node:test";

import { choice, choose } from "../../../dashboard/frontend/choices.js";

test("a choice is found among other cookies by its whole name", () => {
  const jar = { cookie: "my-zone=a; zone=utc; zones=b" };
  assert.deepEqual([choice("zone", jar), choice("theme", jar), choice("one", jar)], ["utc", "", ""]);
});

test("a choice is kept for a year, for this site alone, and over HTTPS where the site is", () => {
  const kept = ["http:", "https:"].map((protocol) => {
    const jar = { cookie: "", location: { protocol } };
    choose("zone", "utc", jar);
    return jar.cookie;
  });
  assert.deepEqual(kept, [
    "zone=utc; Path=/; Max-Age=31536000; SameSite=Strict",
    "zone=utc; Path=/; Max-Age=31536000; SameSite=Strict; Secure",
  ]);
});
