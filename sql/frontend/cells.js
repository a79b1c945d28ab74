// Writes the values of rows; sql/templatetags/sql_rows.py writes the same on the server.

/** Returns 1234.50000 as 1,234.5, true as true, and null as a dash. */
export function cell(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  return value.toLocaleString("en-GB", { maximumFractionDigits: 4 });
}
