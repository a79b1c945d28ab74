import assert from "node:assert/strict";
import test from "node:test";

import { choice, choose } from "../../../dashboard/frontend/choices.js";

test("a choice is found among other cookies by its whole name", () => {
  const jar = { cookie: "my-zone=a; zone=utc; zones=b; __Host-zone=local", location: { protocol: "http:" } };
  assert.deepEqual([choice("zone", jar), choice("theme", jar), choice("one", jar)], ["utc", "", ""]);
  assert.equal(choice("zone", { ...jar, location: { protocol: "https:" } }), "local");
});

test("a choice is kept for a year, for this site alone, and over HTTPS so that no other host plants it", () => {
  const kept = ["http:", "https:"].map((protocol) => {
    const jar = { cookie: "", location: { protocol } };
    choose("zone", "utc", jar);
    return jar.cookie;
  });
  assert.deepEqual(kept, [
    "zone=utc; Path=/; Max-Age=31536000; SameSite=Strict",
    "__Host-zone=utc; Path=/; Max-Age=31536000; SameSite=Strict; Secure",
  ]);
});
