// Keyboard shortcuts; a "g" waits for its second letter.

const ACTIONS = { "/": "search", "?": "help", z: "zone", " ": "pause", g: "go" };

/**
 * Returns the action of a key: search, help, zone, pause, go (wait for the next), or { place } for a second letter that is one
 * of `places`, the keys of the links in the frame; null for none.
 */
export function action(key, afterG, places) {
  if (afterG && places.includes(key)) return { place: key };
  return ACTIONS[key] ?? null;
}
