// Decides how current a page may call a stream, and which time it shows; all that a page says of both comes from here.
//
// dashboard/standing.py decides the same for pages without scripts; tests/dashboard/standing.json holds both to one table.

export const SILENCE = 10_000; // milliseconds without a record until a stream counts as quiet, or its watermark as old
export const AHEAD = 2_000; // milliseconds that a stamp may be in the future; past that its age is not known

/**
 * Says which time a page shows: {view, at}. The view is live, paused, past or replay; `at` is the moment up to which it shows
 * figures, null for live. `past` is the end of a time that has passed, `paused` and `replayed` are the moments of a pause and
 * of a replay; all are milliseconds or null.
 */
export function shown({ past = null, paused = null, replayed = null }) {
  if (replayed !== null) return { view: "replay", at: replayed };
  if (past !== null) return { view: "past", at: past };
  return paused === null ? { view: "live", at: null } : { view: "paused", at: paused };
}

/**
 * Judges a stream. `newest`, `watermark` and `now` are milliseconds or null; `workers` is the number that live, null if not
 * known; `ahead` is by how much the stream is ahead of the clock of `now`; `drained` says that no record waits for a reader without a worker; `elsewhere` is a sentence if the figures are
 * of the other backend; `heard` says whether the server and its database answer.
 *
 * Gives {look, reason, since, age}: look is current, complete (all that arrived is in the figures, which are those of
 * `since`), stale (figures are true up to `since`) or unknown; reason is "", quiet (current, but no record comes), drained
 * (complete: the reader has left, and no record waits), behind (a worker lives), unread (no worker has reported), elsewhere
 * (they are of a backend that this site does not read) or unheard; age is the newest record's in milliseconds, null if not known.
 */
export function judge({ newest, watermark, workers, now, ahead = 0, drained = false, elsewhere = "", heard = true }) {
  now += ahead;
  const age = newest === null || newest > now + AHEAD ? null : Math.max(0, now - newest);
  if (!heard) return { look: "unknown", reason: "unheard", since: watermark, age };
  if (elsewhere) return { look: "stale", reason: "elsewhere", since: watermark, age };
  if (watermark !== null && now - watermark > SILENCE) {
    if (workers === 0 && drained) return { look: "complete", reason: "drained", since: watermark, age };
    return { look: "stale", reason: workers === 0 ? "unread" : "behind", since: watermark, age };
  }
  return { look: "current", reason: age !== null && age > SILENCE ? "quiet" : "", since: watermark, age };
}
