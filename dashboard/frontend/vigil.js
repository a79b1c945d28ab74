// Watches the end of a session, and keeps it alive: reports use of the page to the server, at most once a minute.

export const WARN = 120; // seconds before the end
export const EVERY = 60; // seconds between two reports that the page is used
export const LOOK = 20; // seconds between two checks whether another tab has kept the session alive

export class Vigil {
  #ports;
  #on;
  #expires;
  #ends;
  #used = false;
  #asking = false;
  #asked = 0;
  #told = 0;
  #over = false;

  /**
   * `ports`: now() in seconds; ask(used) gives {status, left, rest}, status 0 without an answer, 401 when the session
   * has ended. `left` and `rest`: seconds until the session ends if it is not used, and in any case.
   * `on`: warn({left, final}), where nothing can be done about a final end; calm(); ended().
   */
  constructor(ports, on, { left, rest }) {
    this.#ports = ports;
    this.#on = on;
    this.#hear(left, rest);
    this.#told = this.#asked = ports.now(); // opening the page was a use
  }

  /** Notes that a person used the page. */
  used() {
    this.#used = true;
  }

  /** Notes that a person asked to stay. */
  stay() {
    this.#used = true;
    return this.#ask();
  }

  /** Call it every second. */
  tick() {
    if (this.#over) return;
    const now = this.#ports.now();
    const left = Math.min(this.#expires, this.#ends) - now;
    const tells = this.#used && now - this.#told >= EVERY;
    const looks = left <= WARN && now - this.#asked >= LOOK;
    if (tells || looks || (left <= 0 && now - this.#asked >= 2)) this.#ask();
    if (left > WARN) this.#on.calm();
    else this.#on.warn({ left: Math.max(0, Math.ceil(left)), final: this.#ends <= this.#expires });
  }

  #hear(left, rest) {
    const now = this.#ports.now();
    this.#expires = now + left;
    this.#ends = now + rest;
  }

  async #ask() {
    if (this.#asking) return;
    const used = this.#used;
    this.#asking = true;
    this.#used = false;
    this.#asked = this.#ports.now();
    if (used) this.#told = this.#asked;
    const { status, left, rest } = await this.#ports.ask(used);
    this.#asking = false;
    if (status === 200) this.#hear(left, rest);
    else if (used) this.#used = true; // the next report says it again
    if (status !== 401) return;
    this.#over = true;
    this.#on.ended();
  }
}
