"""Draws the values that a rule watches, with the raise and the clear level as they were at each time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from alarms import spec as specs
from alarms.models import Episode, Rule
from alarms.spec import RuleSpec, SpecError
from alarms.wording import SIDES
from dashboard import ranges
from dashboard.ranges import Span
from streams import applications
from streams.core import clock
from streams.declarations import Dataset, Question

BEFORE, AFTER, MOST = 2 * clock.MINUTE, clock.MINUTE, 30 * clock.MINUTE  # of the curve of an episode
STEPS_BEFORE, STEPS_MOST = 20, 120  # the same for rows of a minute or more
POINTS = 600
_IN_SHARD = re.compile(r" \| in shard\S+$")


@dataclass(frozen=True)
class Curve:
    """Holds columns for a chart: times in seconds, values, raise and clear levels; None where there is none."""

    at: list[float]
    values: list[float | None]
    raises: list[float | None]
    clears: list[float | None]
    step: int  # milliseconds

    @property
    def columns(self) -> list[list[float | None]]:
        """Returns the columns of the chart."""
        return [[*self.at], self.values, self.raises, self.clears]

    @property
    def known(self) -> bool:
        """Returns whether there is a value at all."""
        return any(value is not None for value in self.values)

    def table(self) -> list[tuple[str, float | None, float | None, float | None]]:
        """Returns the steps with a value, as a table: ISO time, value, raise and clear level."""
        rows = zip(self.at, self.values, self.raises, self.clears, strict=True)
        return [
            (clock.to_iso(int(at * 1000)), value, raised, cleared)
            for at, value, raised, cleared in rows
            if value is not None
        ]


def dataset_of(name: str) -> Dataset | None:
    """Returns the dataset of that name; None if its application is not here any more."""
    return next((each for each in applications.datasets() if each.name == name), None)


def versions(rule: Rule) -> list[tuple[int, RuleSpec]]:
    """Returns the versions of a rule with the time from which each was in force, the oldest first.

    A version that cannot be read, as one of a newer Millrace, is left out.
    """
    found = []
    for version in rule.versions.order_by("number"):
        try:
            found.append((clock.from_datetime(version.at), specs.read(version.spec)))
        except SpecError:
            continue
    return found


def around(episode: Episode, known: Sequence[tuple[int, RuleSpec]], spec: RuleSpec, reached: datetime) -> Curve | None:
    """Returns the curve of an episode's key from before it began until after it ended, at most MOST.

    `reached` is the time up to which the stream is read. None without a dataset, or for an application's own rule.
    """
    dataset = dataset_of(spec.dataset)
    if dataset is None:
        return None
    step = max(dataset.step, clock.SECOND)
    started = clock.from_datetime(episode.started) // clock.SECOND * clock.SECOND
    ended = clock.from_datetime(episode.ended) + max(AFTER, step) if episode.ended else clock.from_datetime(reached)
    start = started - max(BEFORE, STEPS_BEFORE * step, spec.window)
    end = max(started + step, min(ended, start + max(MOST, STEPS_MOST * step)))
    return drawn(
        dataset, spec, known, episode.stream, where_of(spec, episode.key), Span(start, end, live=False, text="")
    )


def where_of(spec: RuleSpec, key: str) -> dict[str, tuple[str, ...]]:
    """Returns the rows of one key of a rule, as the filter of a question.

    alarms.tables.key_of writes keys; a value that is NULL or was cut filters nothing.
    """
    where = dict(spec.where)
    # A bar within a value is written with a backslash before it, so that " | " stands only between values.
    parts = [part.replace("\\|", "|").replace("\\\\", "\\") for part in key.split(" | ")]
    if len(spec.by) == 1:
        parts = [_IN_SHARD.sub("", key)]
    for name, part in zip(spec.by, parts, strict=False):
        if part and part != "NULL" and "…" not in part:
            where[name] = (part,)
    return where


def drawn(
    dataset: Dataset,
    spec: RuleSpec,
    known: Sequence[tuple[int, RuleSpec]],
    stream: str,
    where: dict[str, tuple[str, ...]],
    span: Span,
) -> Curve:
    """Returns the curve of a rule in a time; `known` are its versions with their times, oldest first."""
    step = ranges.step(span, max(dataset.step, clock.SECOND), POINTS)
    back = -(-spec.window // step) * step if spec.window else 0
    start = (span.start - back) // step * step
    question = Question(
        stream=stream, start=start, end=span.end, step=step, function=_function(spec), column=_column(spec), where=where
    )
    series = dataset.series(question)
    values = series.lines[0].values if series.lines else []
    if spec.window:
        values = sliding(values, max(1, round(spec.window / step)), spec.function)[back // step :]
    at = [(start + back + place * step) / 1000 for place in range(len(values))]
    levels = [_levels(known or [(0, spec)], second * 1000) for second in at]
    raises, clears = [raised for raised, _ in levels], [cleared for _, cleared in levels]
    return Curve(at, [None if value is None else float(value) for value in values], raises, clears, step)


def sliding(values: Sequence[float | None], width: int, function: str) -> list[float | None]:
    """Returns for each step the sum, count or maximum of the last `width` steps; None where none has a row."""
    found: list[float | None] = []
    for place in range(len(values)):
        part = [value for value in values[max(0, place - width + 1) : place + 1] if value is not None]
        found.append(None if not part else max(part) if function == "max" else sum(part))
    return found


def _function(spec: RuleSpec) -> str:
    """Returns the function of a step that shows whether the level was reached in it."""
    if spec.kind not in ("above", "below"):
        return "count"
    if spec.window:
        return spec.function
    return "max" if spec.kind == "above" else "min"


def _column(spec: RuleSpec) -> str:
    return "" if _function(spec) == "count" else spec.column


def _levels(known: Sequence[tuple[int, RuleSpec]], moment: float) -> tuple[float | None, float | None]:
    """Returns the raise and the clear level at a time in milliseconds: those of the first version before it."""
    spec = next((spec for (since, spec), (until, _) in pairwise(known) if since <= moment < until), None)
    spec = spec or (known[0][1] if moment < known[0][0] else known[-1][1])
    return (spec.level, spec.clears_at) if spec.level is not None else (None, None)


def json(curve: Curve | None, spec: RuleSpec) -> dict[str, Any] | None:
    """Returns a curve for a script, with the words before the raise and the clear level; null for a rule without."""
    found = {"columns": curve.columns, "step": curve.step} if curve and curve.known else None
    return found and found | {"sides": SIDES.get(spec.kind)}
