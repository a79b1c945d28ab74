// Drag, wheel and two fingers on a chart: one place for what hands do.

const WHEEL = 0.0025; // of a zoom for each pixel of a wheel
const LINE = 16; // pixels

/** Calls `move` with the share of the width that the view is pulled by, and `zoom` with a factor and the place, 0 to 1. */
export function gestures(node, { move, zoom, area }) {
  const held = new Map(); // pointers that are down: their horizontal place
  let box = null; // of the area, measured as a gesture begins: to measure in each move would lay out the page each time
  const share = (x) => (x - box.left) / box.width;

  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !area()?.contains(event.target)) return;
    box = area().getBoundingClientRect();
    held.set(event.pointerId, event.clientX);
    node.setPointerCapture(event.pointerId);
    node.dataset.held = "";
  });
  node.addEventListener("pointermove", (event) => {
    if (!held.has(event.pointerId)) return;
    const before = [...held.values()];
    held.set(event.pointerId, event.clientX);
    const after = [...held.values()];
    if (before.length === 1) return move((after[0] - before[0]) / box.width);
    const [old, now] = [before, after].map(([one, other]) => Math.max(8, Math.abs(one - other)));
    zoom(old / now, share((after[0] + after[1]) / 2));
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    node.addEventListener(name, (event) => {
      held.delete(event.pointerId);
      if (!held.size) delete node.dataset.held;
    });
  }
  node.addEventListener(
    "wheel",
    (event) => {
      if (!area()) return;
      box = area().getBoundingClientRect();
      const pixels = event.deltaMode === 1 ? LINE : 1;
      const sideways = event.shiftKey && !event.deltaX ? event.deltaY : event.deltaX;
      if (event.ctrlKey || event.metaKey) zoom(Math.exp(event.deltaY * pixels * WHEEL), share(event.clientX));
      else if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey) move((-sideways * pixels) / box.width);
      else return; // the page scrolls
      event.preventDefault();
    },
    { passive: false },
  );
}
