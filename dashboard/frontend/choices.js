// What somebody chose in this browser: theme, zone, keys. In cookies, since signing out clears all other storage.

const YEAR = 365 * 24 * 3600; // seconds

/** The choice of that name, "" when none was made. `jar` is a document. */
export function choice(name, jar = document) {
  const found = jar.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
  return found ? found.slice(name.length + 1) : "";
}

/** Keeps it for a year, for this site alone. */
export function choose(name, value, jar = document) {
  const secure = jar.location.protocol === "https:" ? "; Secure" : "";
  jar.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Strict${secure}`;
}
