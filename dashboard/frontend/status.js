// Describes the connection: one word for the pill, a sentence for the banner.

import { day, time } from "./format.js";

export const PATIENCE = 2000; // milliseconds of loss before the page mentions it

/** Returns a moment as briefly as it can be told from others: 14:03:07, 21 Nov 14:03, or 2025-11-21 14:03. */
function moment(at, now, zone) {
  const [full, today] = [at, now].map((each) => time(each, "full", zone));
  const clock = full.endsWith(":00") ? full.slice(11, 16) : full.slice(11);
  if (full.slice(0, 10) === today.slice(0, 10) && !full.endsWith("00:00:00")) return full.slice(11);
  return full.slice(0, 4) === today.slice(0, 4) ? `${day(at, zone)} ${clock}` : full.slice(0, 16);
}

/**
 * `status` is that of connection.js; `upTo` and `now` are milliseconds. Gives {state, pill, banner}: state is live, reconnecting, offline,
 * refused, polling, paused, past, replay, stale or complete; an empty banner is no banner. `look` and `shown` are those of standing.js.
 */
export function describe(status, { shown: { view, at }, waiting, upTo, now, zone, everLive, look }) {
  const { transport, attempt, lostAt } = status;
  const lost = lostAt !== null && now - lostAt >= PATIENCE;
  if (transport === "refused") {
    const banner = "You may not see these figures any more. Ask who looks after Millrace, or reload the page.";
    return { state: "refused", pill: "No access", banner };
  }
  if (lost && transport === "offline") {
    const until = upTo ? ` — showing data up to ${time(upTo, "second", zone)}` : "";
    return { state: "offline", pill: "Offline", banner: `Offline since ${time(lostAt, "second", zone)}${until}` };
  }
  if (lost && transport === "reconnecting") {
    const tries = `Reconnecting (${Math.max(1, attempt)})…`;
    return { state: "reconnecting", pill: tries, banner: tries };
  }
  if (view === "replay") return { state: view, pill: `Replay ${moment(at, now, zone)}`, banner: "" };
  if (view === "past") return { state: view, pill: `Until ${moment(at, now, zone)}`, banner: "" };
  if (view === "paused") {
    const held = waiting ? `, ${waiting} new` : "";
    return { state: view, pill: "Paused", banner: `Paused at ${moment(at, now, zone)}${held}. Space goes on.` };
  }
  if (look === "stale") return { state: "stale", pill: "Stale", banner: "" };
  if (transport === "polling") {
    return { state: "polling", pill: "Polling", banner: "The live socket does not get through; asking every 2 s instead." };
  }
  if (!everLive && transport !== "live") return { state: "reconnecting", pill: "Connecting…", banner: "" };
  if (look === "complete") return { state: "complete", pill: "Complete", banner: "" };
  return { state: "live", pill: "Live", banner: "" };
}
