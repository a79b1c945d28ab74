// Whether times are local or UTC: kept in this browser, told to the page by a "zone" event.

import { zoneName } from "./format.js";

let current = localStorage.getItem("zone") === "utc" ? "utc" : "local";

export const zone = () => current;

export function toggleZone() {
  current = current === "utc" ? "local" : "utc";
  localStorage.setItem("zone", current);
  document.dispatchEvent(new Event("zone"));
}

/** As the switch shows it. */
export function zoneLabel() {
  return current === "utc" ? "UTC" : `Local`;
}

export const zoneTitle = () => zoneName(current);
