// Writes the values of panels and draws sparks; dashboard/templatetags/boards.py and boards/presenting.py do the same.

import { compact } from "../format.js";

/** Returns 1234.5 as 1,234.5 and 12345678 as 12.35 m; a dash for none, a text as it is. */
export function figure(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  if (Math.abs(value) >= 1e6) return `${value < 0 ? "-" : ""}${compact(Math.abs(value))}`;
  return value.toLocaleString("en-GB", { maximumFractionDigits: Math.abs(value) >= 1 ? 2 : 4 });
}

const [WIDTH, HEIGHT] = [100, 24];

/** Returns the ends of an axis: with 0, unless the values lie so far from it that their course would not be seen. */
export function extent(low, high) {
  if (low > 0 && low * 2 > high && high > low) return [low, high];
  if (high < 0 && high * 2 < low && high > low) return [low, high];
  return [Math.min(0, low), Math.max(0, high)];
}

/** Returns the path of a spark in a box of 100 × 24, with an interruption for each gap. */
export function spark(values) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return "";
  const [low, high] = extent(Math.min(...known), Math.max(...known));
  const scale = (HEIGHT - 2) / (high - low || 1);
  const across = WIDTH / Math.max(1, values.length - 1);
  let path = "";
  let down = false; // whether the pen is on the paper
  values.forEach((value, place) => {
    if (value !== null) path += `${down ? "L" : "M"}${(place * across).toFixed(1)} ${(HEIGHT - 1 - (value - low) * scale).toFixed(1)}`;
    down = value !== null;
  });
  return path;
}
