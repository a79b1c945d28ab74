// The zone of a board's time control: typed times and days are of the zone that the page shows.

import { all, setText } from "./dom.js";
import { zone } from "./zone.js";

function showZone() {
  const name = zone() === "utc" ? "" : new Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of all("[data-zone-field]")) field.value = name;
  for (const node of all("[data-zone-written]")) setText(node, name || "UTC");
  for (const link of all("[data-zoned] nav a")) {
    const address = new URL(link.href);
    if (name) address.searchParams.set("zone", name);
    else address.searchParams.delete("zone");
    link.href = address.search;
  }
}

showZone();
document.addEventListener("zone", showZone);
