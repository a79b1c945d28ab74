// The colours of the page, for painting on a canvas.

const NAMES = ["ink", "muted", "hair", "bought", "sold", "accent", "bought-wash", "accent-wash", "surface", "sunk", "edge"];

/** Returns {name: computed colour} of the custom properties of tokens.css, in the current theme. */
export function inks() {
  const probe = document.createElement("span");
  document.body.append(probe);
  const found = {};
  for (const name of NAMES) {
    probe.style.setProperty("color", `var(--${name})`);
    found[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return found;
}
