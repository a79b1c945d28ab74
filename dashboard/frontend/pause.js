// Keeps new states while the page is paused: the newest of each topic, and their number.

export class PauseBuffer {
  paused = false;
  waiting = 0;
  #newest = new Map();

  /** Returns whether the message may be shown now; keeps it if not. */
  offer(message) {
    if (!this.paused) return true;
    this.#newest.set(message.topic, message);
    this.waiting += 1;
    return false;
  }

  pause() {
    this.paused = true;
  }

  /** Ends the pause; returns the newest message of each topic. */
  resume() {
    const messages = [...this.#newest.values()];
    this.#newest.clear();
    this.paused = false;
    this.waiting = 0;
    return messages;
  }
}
