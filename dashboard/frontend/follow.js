// Follows a stream in the page: asks for new records repeatedly until it is stopped.

const EVERY = 1500; // milliseconds
const PATIENCE = 5; // missing answers before it stops

/** `ports`: ask(since) gives {status, data}, add(records) and show({on, sentence}) the page, after(call, ms), hidden(). */
export class Follow {
  #ports;
  #since;
  #turn = 0; // the current run: answers to older runs are dropped
  #on = false;
  #seen = 0;
  #missed = 0;

  constructor(ports, since) {
    this.#ports = ports;
    this.#since = since;
  }

  toggle() {
    this.#on = !this.#on;
    this.#turn += 1;
    this.#missed = 0;
    this.#say(this.#on ? "Following." : "Stopped.");
    if (this.#on) this.#ask(this.#turn);
  }

  async #ask(turn) {
    if (!this.#ports.hidden()) {
      const { status, data } = await this.#ports.ask(this.#since);
      if (turn !== this.#turn) return;
      this.#take(status, data);
    }
    if (this.#on) this.#ports.after(() => turn === this.#turn && this.#ask(turn), EVERY);
  }

  #take(status, data) {
    if (status === 200) return this.#add(data);
    if (status === 0 || status >= 500) {
      this.#missed += 1;
      if (this.#missed < PATIENCE) return this.#say("The server does not answer; it is asked again.");
      return this.#stop("Stopped: the server does not answer.");
    }
    return this.#stop(status === 401 ? "Stopped: you are signed out." : `Stopped: ${data?.error ?? "refused"}.`);
  }

  #add({ rows, since, whole }) {
    this.#missed = 0;
    this.#since = since;
    this.#seen += rows.length;
    if (rows.length) this.#ports.add(rows);
    const count = `${this.#seen} record${this.#seen === 1 ? "" : "s"} since you began to follow`;
    this.#say(whole ? `Following: ${count}.` : `Following: ${count}; more arrive than can be shown, these are the newest.`);
  }

  #stop(sentence) {
    this.#on = false;
    this.#turn += 1;
    this.#say(sentence);
  }

  #say(sentence) {
    this.#ports.show({ on: this.#on, sentence });
  }
}
