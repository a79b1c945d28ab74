"""Builds the snapshot of a panel and of a board: the same for live pages, past times, files and display links."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from django.db import DataError, Error

from dashboard.boards import asking, maps
from dashboard.boards.asking import Asking, PanelError, Sources, number
from dashboard.boards.spec import Content, Panel, Variable, milliseconds
from dashboard.held.looks import one_look
from dashboard.ranges import Span
from streams.core.clock import SECOND, iso, to_iso
from streams.declarations import Series

logger = logging.getLogger(__name__)
POINTS = {"S": 60, "M": 120, "wide": 240}  # points of a curve, by the size of its panel
LINES, PLACES, ROWS = 5, 10, 20  # unless the panel says otherwise
MOST_LINES = 5  # lines that people can tell apart
COLUMNS = 12  # columns of a table
CHOICES = 200  # values of the variable
NAMES = {"count": "Rows", "distinct": "Different values of", "mean": "Mean of", "min": "Least", "max": "Greatest"}
NAMES |= {"sum": "Sum of", "last": "Last", "p95": "95th percentile of"}


def board(
    content: Content,
    span: Span,
    value: str,
    now: int,
    shown: Sequence[dict[str, Any]] | None = None,
    *,
    maps_too: bool = True,
) -> dict[str, Any]:
    """Returns the snapshot of a board for a time and a value of its variable, "" for all; `shown` are its panels'.

    Without `maps_too` a map has only its kind, its size and its title.
    """
    if shown is None:
        with one_look():
            sources = Sources()
            shown = [
                panel(each, span, content.variable, value, sources) if maps_too or each.kind != "map" else _same(each)
                for each in content.panels
            ]
    return {
        "now": to_iso(now),
        "range": _range(span),
        "panels": shown,
    }


def _range(span: Span) -> dict[str, Any]:
    """Returns the time that was chosen; `until` is the moment up to which it is shown, "" for all of it."""
    until = to_iso(span.end) if span.whole_end else ""
    end = to_iso(span.whole.end)
    return {"text": span.text, "start": to_iso(span.start), "end": end, "live": span.live, "until": until}


def panel(shown: Panel, span: Span, variable: Variable | None, value: str, sources: Sources) -> dict[str, Any]:
    """Returns the snapshot of a panel; one that cannot be shown has a sentence as its `error`."""
    same = _same(shown)
    if shown.kind == "text":
        return same | {"paragraphs": [part.strip() for part in shown.text.split("\n\n") if part.strip()]}
    try:
        asked = asking.ask(shown, span, variable, value, sources)
        found = BUILDERS[shown.kind](asked)
    except (PanelError, DataError, ArithmeticError) as error:
        says = str(error) if isinstance(error, PanelError) else "The database cannot compute this of these values."
        return same | {"title": shown.title or "Panel", "error": says}
    except Error:  # the database is away: the page or the hub says so
        raise
    except Exception:  # one panel fails: the others, and the hub with everybody's topics, go on
        logger.exception("A panel of %r cannot be built.", shown.data)
        return same | {"title": shown.title or "Panel", "error": "This panel cannot be built; the log says why."}
    progress = asked.progress
    return same | {
        "title": shown.title or usual_title(asked),
        "application": asked.dataset.application,
        "stream": asked.stream,
        "newest": iso(progress.newest),
        "watermark": iso(progress.watermark),
        "settled": not span.live and asked.reached >= span.end,
        "unit": asked.unit,
        "cut": "",
        **found,
    }


def _same(shown: Panel) -> dict[str, Any]:
    """Returns the part of a snapshot that panels of all kinds have."""
    return {"kind": shown.kind, "size": shown.size, "title": shown.title}


def usual_title(asked: Asking) -> str:
    """Returns the title of a panel that has none of its own."""
    if asked.panel.kind in ("table", "alarms", "map"):
        return asked.dataset.title
    column = asked.column()
    words = f"{NAMES[asked.panel.function]} {column.title}" if column else asked.dataset.title
    by = asked.dataset.column(asked.panel.by)
    return f"{words} by {by.title}" if by else words


def choices(variable: Variable | None, sources: Sources) -> list[str]:
    """Returns the values that viewers may choose from, in order."""
    dataset = sources.datasets.get(variable.data) if variable else None
    if variable is None or dataset is None or dataset.column(variable.column) is None:
        return []
    return dataset.values(variable.column, sources.stream(dataset.application, ""), "", CHOICES)


def _number(asked: Asking) -> dict[str, Any]:
    """Builds a number, and a spark of the same function over the span."""
    series = asked.series(POINTS["S"], by="")
    window = milliseconds(asked.panel.window)
    line = series.lines[0]
    value, until = number(line.whole), asked.span.end
    if window:
        least = asked.least
        until = -(-asked.span.end // SECOND) * SECOND if least <= SECOND else asked.reached // least * least
        found = asked.dataset.series(asked.question(until - window, until, step=window, by=""))
        value = number(found.lines[0].whole)
    if not value and asked.panel.function in asking.ADDED:
        value = 0 if asking.first_known(series) < until else None  # before the first row nothing is known
    of = {"window": asked.panel.window, "until": to_iso(until)}
    return {"value": value, **of, **_steps(series), "values": _over(asked, series), "cut": _cut(asked, series)}


def _over(asked: Asking, series: Series) -> list[float | None]:
    """Returns the values of the steps that are over: a sum of the one that goes on would seem to fall."""
    values = series.lines[0].values
    if asked.panel.function not in asking.ADDED:
        return values
    return values[: max(1, series.begun(asked.reached + 1) - 1)]


def _lines(asked: Asking) -> dict[str, Any]:
    """Builds the lines or bars of a curve."""
    series = asked.series(POINTS[asked.panel.size], most=min(asked.panel.most or LINES, MOST_LINES))
    names = asked.column()
    own = names.title if names else asked.dataset.title
    # By name, so that a line keeps its colour while lines overtake one another.
    lines = [
        {"name": line.name if asked.panel.by else own, "values": line.values}
        for line in sorted(series.lines, key=lambda line: line.name)
    ]
    return {**_steps(series), "lines": lines, "more": series.more, "cut": _cut(asked, series)}


def _top(asked: Asking) -> dict[str, Any]:
    """Builds a ranking of the values of a column by the function over the whole span."""
    series = asked.whole(asked.panel.most or PLACES)
    values = [number(line.whole) for line in series.lines]
    greatest = max((value for value in values if value is not None), default=0)
    places = [
        {"name": line.name, "value": value, "share": _share(value, greatest)}
        for line, value in zip(series.lines, values, strict=True)
    ]
    by = asked.dataset.column(asked.panel.by)
    return {"places": places, "more": series.more, "by": by.title if by else "", "cut": _cut(asked, series)}


def _table(asked: Asking) -> dict[str, Any]:
    """Builds the newest rows of the span."""
    most = asked.panel.most or ROWS
    found = asked.dataset.rows(asked.question(asked.span.start, asked.span.end, most=most))
    columns = [each for each in asked.dataset.columns if asked.panel.column in ("", each.name)][:COLUMNS]
    heads = [
        {
            "label": each.title,
            "unit": "" if each.title.lower().endswith(each.unit) else each.unit,
            "number": each.kind == "number",
        }
        for each in columns
    ]
    rows = [[to_iso(time), *(asking.cell(row[each.name]) for each in columns)] for time, row in found.rows]
    return {"columns": heads, "rows": rows, "older": found.more, "unit": ""}


def _alarms(asked: Asking) -> dict[str, Any]:
    """Builds the alarms that were open in the span, the latest first."""
    most = asked.panel.most or PLACES
    found = asked.dataset.rows(asked.question(asked.span.start, asked.span.end, most=most))
    name = next((each.name for each in asked.dataset.columns if each.kind == "text"), "")
    keys = ("ended", "peak", "threshold")
    rows = [
        {"name": str(row.get(name, "")), "started": to_iso(time), "url": row.get("alarm_url", "")}
        | {key: row.get(key) for key in keys}
        for time, row in found.rows
    ]
    return {"alarms": rows, "open": sum(1 for row in rows if not row["ended"]), "older": found.more, "unit": ""}


BUILDERS: dict[str, Callable[[Asking], dict[str, Any]]] = {
    "number": _number,
    "lines": _lines,
    "bars": _lines,
    "top": _top,
    "table": _table,
    "alarms": _alarms,
    "map": maps.build,
}


def _steps(series: Series) -> dict[str, Any]:
    same: dict[str, Any] = {"start": series.start, "step": series.step}
    return same | {"edges": list(series.edges)} if series.edges else same


def _share(value: float | None, greatest: float) -> float:
    """Returns the width of a bar: 0 to 100."""
    return round(100 * value / greatest, 1) if value and value > 0 and greatest > 0 else 0.0


def _cut(asked: Asking, series: Series) -> str:
    """Returns the time from which on the rows were read, if they were too many; else ""."""
    return to_iso(series.since) if series.since > max(series.start, asked.span.start) else ""
