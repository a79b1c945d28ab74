// Rejects states that are older than the one on the page.

export class VersionGate {
  #seen = new Map();

  /** Returns whether this version of the topic is as new as any before it. */
  accept(topic, version) {
    if (version < this.since(topic)) return false;
    this.#seen.set(topic, version);
    return true;
  }

  /** Returns the newest version so far; 0 before the first. */
  since(topic) {
    return this.#seen.get(topic) ?? 0;
  }

  /** Accepts any version first on a new connection: the database may have been made anew. */
  clear() {
    this.#seen.clear();
  }
}
