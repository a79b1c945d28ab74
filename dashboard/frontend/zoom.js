// A time that was chosen in a curve of a board goes into the address.

import { serverNow } from "./live.js";
import { addressOf, around, between } from "./addresses.js";

document.addEventListener("zoom", ({ detail: { from, to } }) => {
  const [start, end] = around(from, Math.min(to, Math.floor(serverNow() / 1000)));
  location.assign(addressOf(between(start, end), location.href));
});
