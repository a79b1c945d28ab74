// What keys do to a list of suggestions, apart from the page.

/** Returns the place after a key among `count` suggestions; -1 is the text itself, with none chosen. Null: not such a key. */
export function move(key, place, count) {
  if (!count) return null;
  if (key === "ArrowDown") return place + 1 >= count ? -1 : place + 1;
  if (key === "ArrowUp") return place === -1 ? count - 1 : place - 1;
  return null;
}

/** Returns the sentence that a screen reader says of the suggestions; without any, everybody sees it. */
export function told(text, count) {
  if (!text) return "";
  return count ? `${count} suggestion${count === 1 ? "" : "s"}` : "Nothing that you may see has this name.";
}
