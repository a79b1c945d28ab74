// Applies a change to a state; docs/protocol.md has its form.

const part = (value, change, key) => (Object.hasOwn(change, key) ? changed(value, change[key]) : value);

/** Returns the state after a change, as JSON; the former state stays as it is, since a paused page may hold it. */
export function changed(state, change) {
  if (Array.isArray(change)) return change[0];
  if (!Array.isArray(state)) return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, part(value, change, key)]));
  const { before = [], keep = [], after = [] } = change;
  return [...before, ...state.slice(...keep), ...after].map((value, place) => part(value, change, place));
}
