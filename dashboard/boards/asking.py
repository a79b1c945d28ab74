"""Turns a panel into questions to its dataset, or into the sentence that says why it cannot be shown."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from functools import cached_property
from typing import Any

from common.text import quoted
from dashboard import ranges
from dashboard.boards import days
from dashboard.boards.days import DAY
from dashboard.boards.spec import Panel, Variable, milliseconds
from dashboard.ranges import Span
from streams import applications
from streams.core import clock
from streams.core.clock import SECOND
from streams.declarations import Column, Dataset, Question, Series
from streams.models.progress import Progress
from streams.models.readers import default_stream, progress_of, streams_of

ADDED = ("count", "sum", "distinct")  # a step without rows has 0, where rows are known
EXACT = 2**53  # up to which a float holds every whole number
MONTH = 30 * 86_400 * SECOND
PIECES = 30  # pieces of a range, where only the whole is shown: a cut leaves out whole pieces


class PanelError(ValueError):
    """Means that a panel cannot be shown; the message is a sentence."""


class Sources:
    """Finds datasets, streams and progress, each once."""

    def __init__(self) -> None:
        self._streams: dict[str, tuple[list[str], str]] = {}  # by application: all streams, and the default one
        self._progress: dict[tuple[str, str], Progress] = {}

    @cached_property
    def datasets(self) -> Mapping[str, Dataset]:
        """Returns every dataset by its name."""
        return {each.name: each for each in applications.datasets()}

    def forget_progress(self) -> None:
        """Lets progress be looked up anew."""
        self._progress.clear()

    def stream(self, application: str, named: str) -> str:
        """Returns the stream that a panel shows. Raises PanelError for one that the application never read."""
        if application not in self._streams:
            found = streams_of(application)
            self._streams[application] = found, default_stream(application, found)
        known, default = self._streams[application]
        if named and named not in (*known, default):
            raise PanelError(f"{application} has never read a stream {quoted(named)}.")
        return named or default

    def progress(self, application: str, stream: str) -> Progress:
        """Returns how far the application is on the stream."""
        key = application, stream
        if key not in self._progress:
            self._progress[key] = progress_of(*key)
        return self._progress[key]


@dataclass(frozen=True)
class Asking:
    """Holds a panel that can be shown: its dataset and stream, the time, and the chosen value of the variable."""

    panel: Panel
    dataset: Dataset
    stream: str
    span: Span
    progress: Progress
    where: Mapping[str, list[str]]

    def column(self) -> Column | None:
        """Returns the column that the function takes; None for count."""
        return None if self.panel.function == "count" else self.dataset.column(self.panel.column)

    @property
    def unit(self) -> str:
        """Returns the unit of the panel's numbers."""
        column = self.column()
        if self.panel.unit or column is None:
            return self.panel.unit or "rows"
        return "different" if self.panel.function == "distinct" else column.unit

    @property
    def reached(self) -> int:
        """Returns the time up to which the rows are complete, at most the end of the span."""
        watermark = self.progress.watermark
        return self.span.end if watermark is None else min(self.span.end, clock.from_datetime(watermark))

    @cached_property
    def least(self) -> int:
        """Returns the shortest step of a curve, in milliseconds: in a shorter one every other step would be a gap."""
        return max(self.dataset.step, self.dataset.grain(self.stream))

    def question(self, start: int, end: int, **more: Any) -> Question:
        """Returns a question of the panel's function for a time."""
        panel = self.panel
        column = "" if panel.function == "count" else panel.column
        usual = {"function": panel.function, "column": column, "where": self.where, "by": panel.by}
        return Question(stream=self.stream, start=start, end=end, **(usual | more))

    def series(self, points: int, **more: Any) -> Series:
        """Returns the function over the span, in about as many steps as `points` or in those of the panel's window."""
        window = milliseconds(self.panel.window) if self.panel.kind in ("lines", "bars") else 0
        step = _multiple(ranges.step(self.span, max(self.least, window, SECOND), points), self.least)
        if step == DAY and (edges := self._days()):
            asked = self.question(edges[0], self.span.end, step=step, **more)
            return filled(self, self.dataset.days(asked, edges) or days.series(self.dataset.series, asked, edges))
        return self._series(self.span.start // step * step, step, **more)

    def _days(self) -> list[int]:
        """Returns the beginnings of the days of the zone; none for UTC, and where a row lies across two such days."""
        if self.span.zone is UTC:
            return []
        edges = [edge * SECOND for edge in ranges.edges(self.span, DAY // SECOND, self.span.zone)]
        return [] if any(edge % self.least for edge in edges) else edges

    def whole(self, most: int) -> Series:
        """Returns the function over exactly the span for so many lines; their steps, of any length, may be empty."""
        least = max(self.least, SECOND)
        step = MONTH if self.span.length > 3 * MONTH else ranges.step(self.span, least, PIECES)
        return self._series(self.span.start // least * least, step, most=most, whole=True)

    def _series(self, start: int, step: int, **more: Any) -> Series:
        return filled(self, self.dataset.series(self.question(start, self.span.end, step=step, **more)))


def _multiple(step: int, of: int) -> int:
    """Returns a round step of at least `step` that is a multiple of the rows' own."""
    return next((each for each in ranges.STEPS if each >= step and each % of == 0), -(-step // of) * of)


def ask(panel: Panel, span: Span, variable: Variable | None, value: str, sources: Sources) -> Asking:
    """Returns a panel with everything that it needs to be shown. Raises PanelError."""
    dataset = sources.datasets.get(panel.data)
    if dataset is None:
        raise PanelError(f"There is no data {quoted(panel.data)}: its application is not here, or not any more.")
    stream = sources.stream(dataset.application, panel.stream)
    where = {name: list(values) for name, values in panel.where.items()}
    if variable and value and dataset.column(variable.column):
        where[variable.column] = [value]
    for name in where:
        _check(dataset, name, "text", "a filter takes")
    if panel.kind == "map":
        _check_map(panel, dataset)
    elif panel.kind not in ("table", "alarms"):
        _check_function(panel, dataset)
    if panel.kind == "alarms" and not dataset.episodes:
        raise PanelError(f"The rows of {dataset.name} are no alarms.")
    return Asking(panel, dataset, stream, span, sources.progress(dataset.application, stream), where)


def _check_function(panel: Panel, dataset: Dataset) -> None:
    if panel.by:
        _check(dataset, panel.by, "text", "`by` takes")
    if panel.function == "distinct":
        _check(dataset, panel.column, "", "")
    elif panel.function != "count":
        _check(dataset, panel.column, "number", f"{panel.function} takes")


def _check_map(panel: Panel, dataset: Dataset) -> None:
    if dataset.cells is None:
        raise PanelError(f"{dataset.name} cannot be drawn on a map.")
    for name, kind in ((panel.lat, "number"), (panel.lon, "number"), (panel.by, "text")):
        _check(dataset, name, kind, "a map takes")
    if panel.column:
        _check(dataset, panel.column, "", "")


def _check(dataset: Dataset, name: str, kind: str, takes: str) -> None:
    column = dataset.column(name)
    if column is None:
        known = ", ".join(each.name for each in dataset.columns)
        raise PanelError(f"{dataset.name} has no column {quoted(name)}. It has: {known}.")
    if kind and column.kind != kind:
        raise PanelError(f"The column {name} of {dataset.name} holds {column.kind}s, and {takes} a {kind}.")


def filled(asking: Asking, found: Series) -> Series:
    """Returns a series with 0 in steps without rows, where rows would be known if there were any.

    They are known from the first row on, up to the watermark. Before and after, a step without rows is a gap.
    """
    places = _known(found)
    first, known = min(places, default=math.inf), found.begun(asking.reached)
    for line in found.lines:
        for place, value in enumerate(line.values):
            line.values[place] = number(value)
            adds = asking.panel.function in ADDED and first <= place < known
            if value is None and adds:
                line.values[place] = 0
    return found


def first_known(found: Series) -> float:
    """Returns the start of the first step with a value, in milliseconds; infinity if there is none."""
    places = _known(found)
    return found.at(min(places)) if places else math.inf


def _known(found: Series) -> list[int]:
    """Returns the places of steps in which a line has a value."""
    return [place for line in found.lines for place, value in enumerate(line.values) if value is not None]


def number(value: Any) -> float | None:
    """Returns a value of any database as a number of JSON, a whole one without a point; None for NaN and infinity."""
    if value is None or not math.isfinite(value):
        return None
    found = float(value)
    return int(found) if found.is_integer() and abs(found) < EXACT else found


def cell(value: Any) -> Any:
    """Returns a value of a row as JSON has it."""
    if isinstance(value, bool) or value is None:
        return None if value is None else str(value).lower()
    return number(value) if isinstance(value, int | float) or hasattr(value, "is_finite") else str(value)
