// While paused, new states wait here: the newest of each topic, and how many came.

export class PauseBuffer {
  paused = false;
  waiting = 0;
  #newest = new Map();

  /** Whether the message may be shown now; if not, it is kept. */
  offer(message) {
    if (!this.paused) return true;
    this.#newest.set(message.topic, message);
    this.waiting += 1;
    return false;
  }

  pause() {
    this.paused = true;
  }

  /** Goes on; gives the newest message of each topic. */
  resume() {
    const messages = [...this.#newest.values()];
    this.#newest.clear();
    this.paused = false;
    this.waiting = 0;
    return messages;
  }
}
