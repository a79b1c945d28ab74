// Computes the states of bars and the words of cards; applications/probes/showing.py and the templates write the same.

export function stateOf(checks, failed) {
  if (!checks) return "none";
  if (!failed) return "up";
  return failed === checks ? "down" : "part";
}

export function where({ reporting, down_at }) {
  if (down_at.length) return `down at ${down_at.join(", ")}`;
  return reporting ? `${reporting} place${reporting === 1 ? "" : "s"}` : "no place reports";
}
