// Choices made in this browser: theme, zone, keys. They are cookies, since signing out clears all other storage.

const YEAR = 365 * 24 * 3600; // seconds

// Over HTTPS the name has a prefix with which browsers accept the cookie from this host alone.
const full = (name, jar) => (jar.location.protocol === "https:" ? `__Host-${name}` : name);

/** Returns the choice of that name, "" if there is none. `jar` is a document. */
export function choice(name, jar = document) {
  const start = `${full(name, jar)}=`;
  const found = jar.cookie.split("; ").find((each) => each.startsWith(start));
  return found ? found.slice(start.length) : "";
}

/** Keeps a choice for a year, for this site alone. */
export function choose(name, value, jar = document) {
  const secure = jar.location.protocol === "https:" ? "; Secure" : "";
  jar.cookie = `${full(name, jar)}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Strict${secure}`;
}
