// The connection to the server: a socket that reconnects, and polling while sockets fail. See docs/protocol.md.
//
// `ports` are its effects: socket() opens a socket, poll(topic) resolves to {status, message}, after(ms, call) returns a
// function that cancels the call, now() is in milliseconds, chance() 0 to 1.
// `hooks`: opened(), message(message), beat(iso, database, note), change(), signedOut().
// Once the user is signed out, or may not see a topic, it never connects again.

import { delay } from "./backoff.js";
import { changed } from "./changes.js";

export const DEAD_AFTER = 6000; // milliseconds without a heartbeat or data
export const POLL_AFTER = 3; // failed opens in a row
export const POLL_EVERY = 2000; // milliseconds
export const SIGNED_OUT = 4401;
export const FORBIDDEN = 4403;
export const TOO_MANY = 4429;

export class Line {
  #ports;
  #hooks;
  #topics = [];
  #socket = null;
  #failures = 0;
  #live = false;
  #lostAt = null;
  #polling = ""; // "", "trying", "working", "failing"
  #cancelWatch = () => {};
  #cancelRetry = () => {};
  #ended = false;
  #refused = false;
  #last = new Map(); // by topic: the last message of this socket, with the whole state

  constructor(ports, hooks) {
    this.#ports = ports;
    this.#hooks = hooks;
  }

  start(topics) {
    this.#topics = topics;
    this.#lostAt = this.#ports.now();
    this.#connect();
  }

  /** `transport` is live, reconnecting, polling, offline or refused; `attempt` counts tries; `lostAt` is in ms or null. */
  status() {
    const fallen = { working: "polling", failing: "offline" }[this.#polling] ?? "reconnecting";
    const transport = this.#refused ? "refused" : fallen;
    return { transport: this.#live ? "live" : transport, attempt: this.#failures, lostAt: this.#lostAt };
  }

  retryNow() {
    if (!this.#socket && !this.#ended) this.#connect();
  }

  #connect() {
    this.#cancelRetry();
    const socket = this.#ports.socket();
    this.#socket = socket;
    this.#last.clear();
    socket.onopen = () => {
      this.#hooks.opened();
      this.#subscribe();
    };
    socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    socket.onclose = (event) => this.#close(event.code);
    this.#watch();
  }

  #subscribe() {
    this.#socket.send(JSON.stringify({ subscribe: this.#topics }));
  }

  #hear(message) {
    this.#watch();
    if (!this.#live) {
      this.#live = true;
      this.#failures = 0;
      this.#lostAt = null;
      this.#polling = "";
      this.#hooks.change();
    }
    if (message.beat) this.#hooks.beat(message.beat, message.database, message.clock_note ?? "");
    const whole = message.change ? this.#applied(message) : message;
    if (!whole?.data) return;
    this.#last.set(whole.topic, whole);
    this.#hooks.message(whole);
  }

  /** Returns the message of a change with the whole state; null if it is of another state than the last. */
  #applied({ topic, version, from, change }) {
    const last = this.#last.get(topic);
    if (last?.version === from) return { topic, version, data: changed(last.data, change) };
    if (this.#last.delete(topic)) this.#subscribe(); // the server answers with whole states
    return null;
  }

  #watch() {
    this.#cancelWatch();
    this.#cancelWatch = this.#ports.after(DEAD_AFTER, () => {
      const socket = this.#socket;
      this.#close(1006); // a dead connection may never report that it closed
      socket.close();
    });
  }

  #close(code) {
    this.#cancelWatch();
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket = null;
    this.#live = false;
    if (code === SIGNED_OUT) return this.#end();
    if (code === FORBIDDEN) return this.#refuse();
    this.#lostAt ??= this.#ports.now();
    this.#failures += 1;
    this.#cancelRetry = this.#ports.after(delay(this.#failures, this.#ports.chance()), () => this.#connect());
    if ((this.#failures >= POLL_AFTER || code === TOO_MANY) && !this.#polling) {
      this.#polling = "trying";
      this.#poll();
    }
    this.#hooks.change();
  }

  async #poll() {
    for (const topic of this.#topics) {
      const answer = await this.#ports.poll(topic);
      if (this.#live || this.#ended) return;
      if (answer.status === 401) return this.#end();
      if (answer.status === 403) return this.#refuse();
      this.#polling = answer.status === 200 || answer.status === 204 ? "working" : "failing";
      if (answer.message) this.#hooks.message(answer.message);
      if (this.#polling === "failing") break;
    }
    this.#hooks.change();
    this.#ports.after(POLL_EVERY, () => this.#live || this.#ended || this.#poll());
  }

  #end() {
    this.#hangUp();
    this.#hooks.signedOut();
  }

  #refuse() {
    this.#hangUp();
    this.#refused = true;
    this.#hooks.change();
  }

  #hangUp() {
    this.#ended = true;
    this.#cancelWatch();
    this.#cancelRetry();
  }
}
