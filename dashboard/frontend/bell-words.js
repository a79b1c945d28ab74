// The words of the bell.

/** Returns the title of the tab: that of the page, with the number of open alarms before it. */
export const titled = (title, open) => (open ? `(${open}) ` : "") + title.replace(/^\(\d+\) /, "");

/** Returns the words for screen readers; alarms/showing.py writes the same. */
export const inWords = (open) => (open === 1 ? "1 open alarm" : `${open ? open.toLocaleString("en-GB") : "No"} open alarms`);
