// Moving and enlarging a map by pointer, wheel, two fingers and keys.

import { moved, zoomed } from "./view.js";

const STEP = 60; // pixels that an arrow key moves
const TAP = 5; // pixels that a click may move
const WHEEL = 0.0022; // of a zoom for each pixel of the wheel

/** `ports`: view() and set(view) of the map, point(x, y, isClick) for a pointer over it, leave(), key(name) for other keys. */
export function listen(canvas, root, ports) {
  const pointers = new Map();
  let start = null; // {x, y} of a pointer that has not moved yet
  const place = (event) => ({ x: event.offsetX, y: event.offsetY });

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place(event));
    start = pointers.size === 1 ? place(event) : null;
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    const now = place(event);
    if (!before) return ports.point(now.x, now.y, false);
    if (start && Math.hypot(now.x - start.x, now.y - start.y) < TAP) return;
    start = null;
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    ports.set(others.length ? pinched(ports.view(), others[0], before, now) : moved(ports.view(), now.x - before.x, now.y - before.y));
    pointers.set(event.pointerId, now);
  });
  const end = (event) => {
    if (event.type === "pointerup" && start && pointers.size === 1) ports.point(start.x, start.y, true);
    pointers.delete(event.pointerId);
    start = null;
  };
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, end);
  canvas.addEventListener("pointerleave", ports.leave);
  canvas.addEventListener("wheel", (event) => wheel(event, root, ports, place(event)), { passive: false });
  canvas.addEventListener("dblclick", (event) => ports.set(zoomed(ports.view(), 2, event.offsetX, event.offsetY)));
  root.addEventListener("keydown", (event) => keyed(event, root, ports));
}

/** Zooms while the map has the focus or Ctrl is held (as two fingers on a touchpad do); otherwise the page scrolls. */
function wheel(event, root, ports, { x, y }) {
  if (!event.ctrlKey && !root.contains(document.activeElement)) return;
  event.preventDefault();
  const lines = event.deltaMode === 1 ? 16 : 1;
  const factor = Math.exp(-Math.max(-240, Math.min(240, event.deltaY * lines)) * WHEEL * (event.ctrlKey ? 3 : 1));
  ports.set(zoomed(ports.view(), factor, x, y));
}

/** Returns the view after one of two fingers went from `before` to `now` while the other stayed. */
export function pinched(view, other, before, now) {
  const [from, to] = [before, now].map((at) => Math.max(10, Math.hypot(at.x - other.x, at.y - other.y)));
  const middle = (at) => [(at.x + other.x) / 2, (at.y + other.y) / 2];
  const [[fromX, fromY], [toX, toY]] = [middle(before), middle(now)];
  return zoomed(moved(view, toX - fromX, toY - fromY), to / from, toX, toY);
}

const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const ZOOMS = { "+": 1.5, "=": 1.5, "-": 1 / 1.5 };

function keyed(event, root, ports) {
  if (event.target !== root || event.ctrlKey || event.altKey || event.metaKey) return;
  const { key } = event;
  if (key in ARROWS) ports.set(moved(ports.view(), ...ARROWS[key].map((way) => way * STEP)));
  else if (key in ZOOMS) ports.set(zoomed(ports.view(), ZOOMS[key]));
  else if (!ports.key(key)) return;
  event.preventDefault();
  event.stopPropagation();
}
