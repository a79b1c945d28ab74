// Asks for the figures at the moment of a replay, at most once a second, one question at a time.

const EVERY = 1000; // milliseconds between questions

export class Asker {
  #ports;
  #wanted = null; // the moment to ask for next
  #known = null; // the moment that was asked for last
  #askedAt = -Infinity;
  #turn = 0; // an answer of an earlier turn comes too late
  #busy = false; // a question is planned or on its way

  /**
   * `ports`: ask(moment) gives a promise of data, null for none; show(data) and failed(); hidden() whether nobody sees the
   * page; now() in milliseconds; after(milliseconds, call).
   */
  constructor(ports) {
    this.#ports = ports;
  }

  /** Wants the figures of a moment; with `jumps`, an answer for an earlier one is not shown any more. */
  want(moment, jumps = false) {
    if (jumps) this.#drop();
    if (moment === this.#known) return;
    this.#wanted = moment;
    this.#plan();
  }

  stop() {
    this.#drop();
    this.#wanted = null;
  }

  /** Asks for what was wanted while the page was hidden. */
  wake() {
    this.#plan();
  }

  #drop() {
    this.#turn += 1;
    this.#known = null;
    this.#busy = false;
  }

  #plan() {
    if (this.#busy || this.#wanted === null || this.#ports.hidden()) return;
    this.#busy = true;
    const turn = this.#turn;
    this.#ports.after(Math.max(0, this.#askedAt + EVERY - this.#ports.now()), () => turn === this.#turn && this.#ask(turn));
  }

  async #ask(turn) {
    if (this.#ports.hidden()) {
      this.#busy = false;
      return;
    }
    this.#known = this.#wanted;
    this.#wanted = null;
    this.#askedAt = this.#ports.now();
    const data = await this.#ports.ask(this.#known);
    if (turn !== this.#turn) return;
    this.#busy = false;
    if (data) this.#ports.show(data);
    else this.#ports.failed();
    this.#plan();
  }
}
