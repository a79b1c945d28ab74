// Chooses local times or UTC: keeps the choice in this browser, and announces it by a "zone" event.

import { choice, choose } from "./choices.js";
import { zoneName } from "./format.js";

let current = choice("zone") === "utc" ? "utc" : "local";

export const zone = () => current;

export function toggleZone() {
  current = current === "utc" ? "local" : "utc";
  choose("zone", current);
  document.dispatchEvent(new Event("zone"));
}

/** Returns the text of the switch. */
export function zoneLabel() {
  return current === "utc" ? "UTC" : `Local`;
}

export const zoneTitle = () => zoneName(current);
