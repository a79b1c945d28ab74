"""Turns devices and spans of time into short text for people."""

from datetime import timedelta

# (text in the User-Agent, name of the browser); the first match counts: many also claim to be Chrome and Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def device(agent: str) -> str:
    """Returns a User-Agent as "Firefox on Linux"."""
    browser, system = _first(BROWSERS, agent), _first(SYSTEMS, agent)
    if not system:
        return browser or "an unknown device"
    return f"{browser or 'an unknown browser'} on {system}"


def _first(table: tuple[tuple[str, str], ...], agent: str) -> str:
    return next((name for mark, name in table if mark in agent), "")


def span(length: timedelta) -> str:
    """Returns a length of time in its two largest units, rounded down: "11 h 59 min", "3 d", "less than a minute"."""
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute"
    counts = (minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min")
    first = next(place for place, (count, _) in enumerate(counts) if count)
    return " ".join(f"{count} {unit}" for count, unit in counts[first : first + 2] if count)
