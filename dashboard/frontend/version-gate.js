// Keeps out states that are older than what is shown.

export class VersionGate {
  #seen = new Map();

  /** Whether this version of the topic is as new as any before it. */
  accept(topic, version) {
    if (version < this.since(topic)) return false;
    this.#seen.set(topic, version);
    return true;
  }

  /** The newest version seen; 0 before the first. */
  since(topic) {
    return this.#seen.get(topic) ?? 0;
  }

  /** On a new connection the first state counts, whatever came before: the database may have been made anew. */
  clear() {
    this.#seen.clear();
  }
}
