// The counts of a chosen time: a chart for each site, read again while the time ends now.

import { all, one } from "#kit/dom.js";
import { countIn } from "#kit/range-charts.js";
import { followRange } from "#kit/time-range.js";

/** Shows the embedded time; returns {draw()}, which fills charts that came since, or null on a page without one. */
export function showPast() {
  const node = document.getElementById("past");
  if (!node) return null;
  const view = {};
  let [data, spec] = [JSON.parse(node.textContent), null];
  const draw = () => {
    for (const card of all("[data-site]")) {
      const found = data.sites[card.dataset.site];
      if (found) one("line-chart", card).show(spec, [data.at, found.peak, found.threshold]);
    }
  };
  const take = (newer) => {
    data = newer;
    if (view.step !== data.range.step) spec = countIn(view);
    Object.assign(view, data.range);
    one("[data-waits]").hidden = !data.waits;
    draw();
  };
  take(data);
  if (data.range.live) followRange(one("[data-json]").href, take);
  return { draw };
}
