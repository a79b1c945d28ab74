// A time that was chosen in a chart goes into the page's address.

import { serverNow } from "./live.js";
import { addressOf, around, between } from "./addresses.js";

document.addEventListener("zoom", ({ detail: { from, to } }) => {
  const [start, end] = around(from, Math.min(to, Math.floor(serverNow() / 1000)));
  location.assign(addressOf(between(start, end), location.href));
});
