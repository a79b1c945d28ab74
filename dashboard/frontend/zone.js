// Whether times are local or UTC: kept in this browser, told to the page by a "zone" event.

import { choice, choose } from "./choices.js";
import { zoneName } from "./format.js";

let current = choice("zone") === "utc" ? "utc" : "local";

export const zone = () => current;

export function toggleZone() {
  current = current === "utc" ? "local" : "utc";
  choose("zone", current);
  document.dispatchEvent(new Event("zone"));
}

/** As the switch shows it. */
export function zoneLabel() {
  return current === "utc" ? "UTC" : `Local`;
}

export const zoneTitle = () => zoneName(current);
