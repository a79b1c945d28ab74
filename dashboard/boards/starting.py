"""Suggests panels for a dataset, so that its first board needs no choices: number, curve and ranking, and a map."""

from msgspec import convert

from dashboard.boards.spec import MOST_TITLE, Kind, Panel, Size
from streams.declarations import Column, Dataset

# By the first word of a column's name, as panels without code name their results.
FUNCTIONS = {"count": "sum", "sum": "sum", "total": "sum", "min": "min", "max": "max", "peak": "max", "last": "last"}
FUNCTIONS |= {"distinct": "max", "p95": "max"}  # for values that cannot be added up
PLACES = [("lat",), ("lon", "lng")]  # beginnings of the names of columns with degrees


def panels(dataset: Dataset) -> list[Panel]:
    """Returns the panels of a first board: at most three, all of which it can show; a map before them for positions."""
    if dataset.episodes:
        return [Panel(kind="number", size="S", data=dataset.name), Panel(kind="alarms", data=dataset.name)]
    column, by = _first(dataset, "number"), _first(dataset, "text")
    of = _words(column) if column else "Rows"
    last = _panel("top", dataset, f"{of} by {by.title.lower()}") if by else Panel(kind="table", data=dataset.name)
    each = f"{of} of each {by.title.lower()}" if by else of
    usual = [_panel("number", dataset, of), last, _panel("lines", dataset, each, size="wide")]
    if place := placed(dataset):
        return [convert({"kind": "map", "size": "wide", "data": dataset.name} | place, Panel), *usual]
    return usual


def placed(dataset: Dataset) -> dict[str, str]:
    """Returns the columns with the latitude, the longitude and the name of things; {} without all three."""
    numbers = [column.name for column in dataset.columns if column.kind == "number"]
    north, east = (next((name for name in numbers if name.lower().startswith(words)), "") for words in PLACES)
    by = _first(dataset, "text")
    return {"lat": north, "lon": east, "by": by.name} if north and east and by and dataset.cells else {}


def suggested(kind: str, dataset: Dataset) -> dict[str, str]:
    """Returns the function, its column and the split that suit the first columns of a dataset, as a form gives them."""
    column, by = _first(dataset, "number"), _first(dataset, "text")
    found = {"function": _function(column), "column": column.name} if column else {"function": "count", "column": ""}
    return found | {"by": by.name if by and kind in ("lines", "bars", "top") else ""}


def _words(column: Column) -> str:
    words = column.title.replace("_", " ")
    return words[:1].upper() + words[1:]


def _panel(kind: Kind, dataset: Dataset, title: str, size: Size = "M") -> Panel:
    given = suggested(kind, dataset)
    return convert({"kind": kind, "size": size, "title": title[:MOST_TITLE], "data": dataset.name} | given, Panel)


def _first(dataset: Dataset, kind: str) -> Column | None:
    return next((column for column in dataset.columns if column.kind == kind), None)


def _function(column: Column) -> str:
    """Returns the function that combines the values of a column: counted things are added, all else has a mean."""
    if column.unit and column.unit == column.name:
        return "sum"
    return FUNCTIONS.get(column.name.lower().partition("_")[0], "mean")
