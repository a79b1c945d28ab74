import assert from "node:assert/strict";
import { test } from "node:test";

import { EVERY, LOOK, Vigil, WARN } from "../../../dashboard/frontend/vigil.js";

const IDLE = 1800;

/** A page whose server has a session; time goes by in seconds, each with a tick. */
class Page {
  now = 0;
  asked = [];
  shown = "";
  answer = (used) => ({ status: 200, left: used ? IDLE : this.left(), rest: 43200 - this.now });

  constructor() {
    this.expires = IDLE;
    const ports = { now: () => this.now, ask: async (used) => this.hear(used) };
    const on = {
      calm: () => (this.shown = ""),
      warn: ({ left, final }) => (this.shown = `${left}${final ? " final" : ""}`),
      ended: () => (this.shown = "ended"),
    };
    this.vigil = new Vigil(ports, on, { left: IDLE, rest: 43200 });
  }

  left() {
    return this.expires - this.now;
  }

  hear(used) {
    this.asked.push([this.now, used]);
    const answer = this.answer(used);
    if (used && answer.status === 200) this.expires = this.now + IDLE;
    return answer;
  }

  async pass(seconds, each = () => {}) {
    for (const end = this.now + seconds; this.now < end; ) {
      this.now += 1;
      each();
      this.vigil.tick();
      await null;
      await null;
    }
  }
}

test("a page that nobody uses says nothing to the server and warns two minutes before the end", async () => {
  const page = new Page();
  await page.pass(IDLE - WARN - 1);
  assert.deepEqual([page.asked, page.shown], [[], ""]);
  await page.pass(1);
  assert.equal(page.shown, String(WARN));
});

test("use is told at most once a minute and keeps the session alive", async () => {
  const page = new Page();
  await page.pass(2 * IDLE, () => page.vigil.used());
  assert.deepEqual([page.asked.length, page.shown], [(2 * IDLE) / EVERY, ""]);
  assert.ok(page.asked.every(([, used]) => used));
});

test("before the end the page looks whether another tab has kept the session alive, without using it", async () => {
  const page = new Page();
  await page.pass(IDLE - WARN + LOOK - 1);
  page.expires += 600;
  await page.pass(LOOK);
  assert.deepEqual([page.shown, page.asked.some(([, used]) => used)], ["", false]);
});

test("a person who asks to stay is kept at once", async () => {
  const page = new Page();
  await page.pass(IDLE - 10);
  await page.vigil.stay();
  page.vigil.tick();
  assert.equal(page.shown, "");
});

test("the last end of all is told as final", async () => {
  const page = new Page();
  await page.pass(43200 - WARN, () => page.vigil.used());
  assert.equal(page.shown, `${WARN} final`);
});

test("a session that has ended is told, and one whose server is away is not", async () => {
  const page = new Page();
  page.answer = () => ({ status: 0 });
  await page.pass(IDLE + 10);
  assert.equal(page.shown, "0");
  page.answer = () => ({ status: 401 });
  await page.pass(LOOK);
  assert.equal(page.shown, "ended");
});

test("use that was not heard is told again", async () => {
  const page = new Page();
  page.answer = () => ({ status: 0 });
  page.vigil.used();
  await page.pass(EVERY);
  page.answer = (used) => ({ status: 200, left: used ? IDLE : 1, rest: 43200 });
  await page.pass(EVERY);
  assert.deepEqual(page.asked.map(([at]) => at), [EVERY, 2 * EVERY]);
});
