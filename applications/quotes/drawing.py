"""Draws curves as SVG paths: those of the list of tickers, and that of a ticker's page without JavaScript."""

from collections.abc import Sequence

from dashboard.paths import path

CHART = (800, 200)
SPARK = (100, 24)
CLASSES = ("line-0", "line-1", "line-2", "line-3", "line-4")


def spark(values: Sequence[float]) -> str:
    """Returns the path of a spark; "" for fewer than two values."""
    return path(values, min(values), max(values), SPARK) if len(values) > 1 else ""


def lines(columns: dict[str, Sequence[float | None]]) -> list[tuple[str, str, str]]:
    """Returns name, class and path of each line, all on one scale."""
    known = [value for column in columns.values() for value in column if value is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    return [
        (name, kind, path(column, low, high, CHART))
        for (name, column), kind in zip(columns.items(), CLASSES, strict=False)
    ]
