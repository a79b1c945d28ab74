"""Builds the snapshot of a map: the newest position of each thing in a time, with trails, and the same for a replay."""

from collections.abc import Mapping
from typing import Any

from common.text import cut
from dashboard import ranges
from dashboard.boards import asking, routes
from dashboard.boards.asking import Asking, Sources
from dashboard.boards.routes import Route, Row
from dashboard.boards.spec import MOST_VALUE, Panel, Variable, milliseconds
from dashboard.ranges import Span
from streams.core.clock import to_iso

THINGS = 500  # unless the panel says otherwise
DIGITS = 5  # decimal digits of a degree: about a metre


def has_map(snapshot: Mapping[str, Any]) -> bool:
    """Returns whether a board has a map, so that its page needs the code of maps."""
    return any(panel["kind"] == "map" for panel in snapshot["panels"])


def build(asked: Asking) -> dict[str, Any]:
    """Builds a map. The positions of a route are [milliseconds before the end of the time, latitude, longitude]."""
    window = milliseconds(asked.panel.window)
    usual = ranges.step(asked.span, asked.dataset.step, max(1, asked.panel.trail))
    return _drawn(asked, _rows(asked, routes.READ), routes.READ, trail=asked.panel.trail, step=window or usual)


def replay(panel: Panel, span: Span, variable: Variable | None, value: str, sources: Sources) -> dict[str, Any]:
    """Builds the same with as many positions over the whole time as can be sent once. Raises PanelError."""
    asked = asking.ask(panel, span, variable, value, sources)
    read, most = routes.REPLAYED
    rows = _rows(asked, read)
    share = max(1, most // max(1, len({cells[0] for _, cells in rows})))
    step = ranges.step(span, asked.dataset.step, share) if len(rows) > most else 1
    return _drawn(asked, rows, read, trail=share, step=step, positions=most)


def _rows(asked: Asking, read: int) -> list[Row]:
    """Returns the newest rows, one more than `read` if there are as many."""
    panel = asked.panel
    assert asked.dataset.cells is not None  # asking.ask has refused a dataset without it
    question = asked.question(asked.span.start, asked.span.end, most=read + 1, by="", column="")
    # The value is read even if the panel has none, so that all rows are of one shape.
    return list(asked.dataset.cells(question, [panel.by, panel.lat, panel.lon, panel.column or panel.by]))


def _drawn(asked: Asking, rows: list[Row], read: int, **bounds: int) -> dict[str, Any]:
    panel, end = asked.panel, asked.span.end
    found = routes.find(rows[:read], most=panel.most or THINGS, **bounds)
    by, value = asked.dataset.column(panel.by), asked.dataset.column(panel.column)
    return {
        "routes": [_route(route, end, valued=value is not None) for route in found.routes],
        "start": to_iso(asked.span.start),
        "end": to_iso(end),
        "by": by.title if by else "",
        "of": value.title if value else "",
        "unit": panel.unit or (value.unit if value else ""),
        "more": found.more,
        "misplaced": found.misplaced,
        "cut": to_iso(rows[read - 1][0]) if len(rows) > read else "",
    }


def _route(route: Route, end: int, *, valued: bool) -> dict[str, Any]:
    track = [
        [at.time - end, round(at.latitude, DIGITS), round(at.longitude, DIGITS)] for at in reversed(route.positions)
    ]
    value = asking.cell(route.value) if valued else None
    return {
        "name": cut(route.name, MOST_VALUE),
        "value": cut(value, MOST_VALUE) if isinstance(value, str) else value,
        "track": track,
    }
