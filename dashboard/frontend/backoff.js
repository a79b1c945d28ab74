// Exponential back-off with jitter.

export const FIRST = 1000; // milliseconds
export const LONGEST = 30_000;

/** Returns the milliseconds before try number `attempt` (from 1): doubling from 1 s to 30 s, then spread by `chance` (0 to 1). */
export function delay(attempt, chance) {
  const whole = Math.min(LONGEST, FIRST * 2 ** Math.max(0, attempt - 1));
  return Math.max(FIRST, whole * (0.5 + chance / 2));
}
