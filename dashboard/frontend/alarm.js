// The page of one alarm: the server has its curve ready, and draws nothing itself.

import "./line-chart.js";

import { count } from "./charts.js";
import { Counts } from "./counts.js";
import { one } from "./dom.js";

const ONLY = "alarm";
const curve = document.getElementById("curve");

if (curve) {
  const counts = new Counts();
  counts.replace({ [ONLY]: JSON.parse(curve.textContent) });
  one("line-chart").show(count, counts.columns(ONLY));
}
