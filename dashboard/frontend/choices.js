// What somebody chose in this browser: theme, zone, keys. In cookies, since signing out clears all other storage.

const YEAR = 365 * 24 * 3600; // seconds

// Over HTTPS under a name that browsers let no other host plant.
const full = (name, jar) => (jar.location.protocol === "https:" ? `__Host-${name}` : name);

/** The choice of that name, "" when none was made. `jar` is a document. */
export function choice(name, jar = document) {
  const start = `${full(name, jar)}=`;
  const found = jar.cookie.split("; ").find((each) => each.startsWith(start));
  return found ? found.slice(start.length) : "";
}

/** Keeps it for a year, for this site alone. */
export function choose(name, value, jar = document) {
  const secure = jar.location.protocol === "https:" ? "; Secure" : "";
  jar.cookie = `${full(name, jar)}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Strict${secure}`;
}
