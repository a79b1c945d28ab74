// Which key does what; a "g" waits for its second letter.

const ACTIONS = { "/": "search", "?": "help", z: "zone", " ": "pause", g: "go" };
const PLACES = { m: "market", o: "orders", s: "streams" };

/** The action of a key: search, help, zone, pause, go (wait for the next), market, orders, streams; null for none. */
export function action(key, afterG) {
  if (afterG && PLACES[key]) return PLACES[key];
  return ACTIONS[key] ?? null;
}
