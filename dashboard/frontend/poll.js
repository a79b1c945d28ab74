// Asks for a state repeatedly while the page is visible; backs off while there is no answer.

import { delay } from "./backoff.js";

export const EVERY = 2000; // milliseconds

export class Poll {
  #ports;
  #on;
  #failures = 0;
  #asking = false;
  #cancel = () => {};

  /**
   * `ports`: ask() gives {status, data}, status 0 without an answer; after(milliseconds, call) returns its cancellation;
   * hidden(); chance(). `on`: state(data), lost(), signedOut(), refused().
   */
  constructor(ports, on) {
    this.#ports = ports;
    this.#on = on;
  }

  start() {
    this.#plan(EVERY);
  }

  /** Asks at once: the page is visible again, or the network is back. */
  wake() {
    this.#cancel();
    return this.#turn();
  }

  #plan(wait) {
    this.#cancel();
    this.#cancel = this.#ports.after(wait, () => this.#turn());
  }

  async #turn() {
    if (this.#asking || this.#ports.hidden()) return;
    this.#asking = true;
    const { status, data } = await this.#ports.ask();
    this.#asking = false;
    if (status === 401) this.#on.signedOut();
    else if (status === 403) this.#on.refused();
    else this.#hear(status, data);
  }

  #hear(status, data) {
    this.#failures = status === 200 ? 0 : this.#failures + 1;
    if (status === 200) this.#on.state(data);
    else this.#on.lost();
    this.#plan(this.#failures ? delay(this.#failures, this.#ports.chance()) : EVERY);
  }
}
