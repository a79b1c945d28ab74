"""Makes a board's snapshot ready for templates: how each panel's stream stands, its rows as a table, its spark."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dashboard.paths import path
from dashboard.standing import SILENCE, judge
from streams.core import clock

WIDTH, HEIGHT = 100, 24  # size of a spark line; board.js draws the same
LISTED = 200  # things in the table beside a map


def present(snapshot: Mapping[str, Any], pulse: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns the panels of a snapshot for a template; `pulse` is the snapshot of the topic `pulse`."""
    now = clock.from_iso(snapshot["now"])
    return [_presented(panel, place, pulse, now) for place, panel in enumerate(snapshot["panels"])]


def _presented(panel: dict[str, Any], place: int, pulse: Mapping[str, Any], now: int) -> dict[str, Any]:
    more: dict[str, Any] = {"place": place}
    if "stream" in panel:
        more |= _standing(panel, pulse, now)
    if panel["kind"] == "number" and "values" in panel:
        more |= {"spark": spark(panel["values"])}
    if "lines" in panel:
        more |= {"heads": [line["name"] for line in panel["lines"]], "twin": list(curve_rows(panel))}
        more |= {"none": all(value is None for line in panel["lines"] for value in line["values"])}
    if "routes" in panel:
        more |= {"things": list(newest_positions(panel)), "others": max(0, len(panel["routes"]) - LISTED)}
    return panel | more


def newest_positions(panel: Mapping[str, Any], most: int | None = LISTED) -> Iterator[dict[str, Any]]:
    """Yields the newest position of each thing on a map; `look` is stale for one that has been silent for a while."""
    end = clock.from_iso(panel["end"])
    for route in panel["routes"][:most]:
        before, latitude, longitude = route["track"][-1]
        found = {"name": route["name"], "at": clock.to_iso(end + before), "latitude": latitude, "longitude": longitude}
        yield found | {"value": route["value"], "look": "stale" if -before > SILENCE else "current"}


def _standing(panel: Mapping[str, Any], pulse: Mapping[str, Any], now: int) -> dict[str, Any]:
    """Returns the look of a panel's figures and the time up to which they are true."""
    if panel["settled"]:
        return {"look": "current", "since": None, "age": None}
    newest, watermark = (panel[name] and clock.from_iso(panel[name]) for name in ("newest", "watermark"))
    alive = pulse["workers"].get(panel["application"], {}).get(panel["stream"], 0)
    drained = panel["stream"] in pulse["drained"].get(panel["application"], [])
    ahead = pulse["ahead"].get(panel["application"], {}).get(panel["stream"], 0)
    elsewhere = pulse["elsewhere"].get(panel["application"], {}).get(panel["stream"], "")
    found = judge(newest, watermark, alive, now, ahead=ahead, drained=drained, elsewhere=bool(elsewhere))
    age = None if found.age is None else found.age / 1000
    since = clock.to_iso(found.since) if found.since is not None and found.look != "current" else None
    return {"look": found.look, "since": since, "age": age, "elsewhere": elsewhere}


def curve_rows(panel: Mapping[str, Any]) -> Iterator[tuple[str, list[float | None]]]:
    """Yields the steps of a curve, the latest first: (time, a value for each line)."""
    columns = [line["values"] for line in panel["lines"]]
    for place in reversed(range(len(columns[0]) if columns else 0)):
        at = panel["edges"][place] if "edges" in panel else panel["start"] + place * panel["step"]
        yield clock.to_iso(at), [values[place] for values in columns]


def extent(low: float, high: float) -> tuple[float, float]:
    """Returns the ends of an axis: with 0, unless the values lie so far from it that their course would not be seen."""
    if high > low and (0 < low < high < low * 2 or (low > high * 2 and high < 0)):
        return low, high
    return min(0, low), max(0, high)


def spark(values: Sequence[float | None]) -> str:
    """Returns the path of a spark in a box of WIDTH × HEIGHT; "" for fewer than two values."""
    known = [value for value in values if value is not None]
    return path(values, *extent(min(known), max(known)), (WIDTH, HEIGHT)) if len(known) > 1 else ""
