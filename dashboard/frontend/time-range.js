// The time that a page shows: typed, chosen, or dragged over in a chart; one address for each.

import { all, one, setText } from "./dom.js";
import { situation } from "./live.js";
import { zone } from "./zone.js";
import "./zoom.js";

const EVERY = 5000; // milliseconds between two looks at a time that ends now
const box = one("[data-range]");

const zoneName = () => (zone() === "utc" ? "" : new Intl.DateTimeFormat().resolvedOptions().timeZone);

/** Times that are typed, and days, are of the zone that the page shows. */
function showZone() {
  const name = zoneName();
  for (const field of all("[data-range-zone]")) field.value = name;
  for (const node of all("[data-range-zone-name]")) setText(node, name || "UTC");
  for (const link of all(".chips a", box)) {
    const url = new URL(link.href);
    if (name) url.searchParams.set("zone", name);
    else url.searchParams.delete("zone");
    link.href = url.pathname + url.search;
  }
}

/** Asks for the range again and again while it ends now, the page is visible and not paused; calls `show`. */
export function followRange(url, show) {
  setInterval(async () => {
    if (document.hidden || situation()?.paused) return;
    try {
      const answer = await fetch(url, {
        headers: { Accept: "application/json", "X-Background": "1" },
        cache: "no-store",
        signal: AbortSignal.timeout(EVERY),
      });
      if (answer.ok && !situation()?.paused) show(await answer.json());
    } catch {
      // The notice about the connection says so; the next look asks again.
    }
  }, EVERY);
}

if (box) {
  showZone();
  document.addEventListener("zone", showZone);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && box.contains(document.activeElement)) one("[data-range-more]", box).open = false;
  });
}
