"""Answers the questions of datasets from a table of the database.

The database counts, adds and compares; it is SQLite, PostgreSQL or MariaDB. `last` and `p95` are computed here, since
no form of them is portable, over fewer rows. A question that would read too many rows is answered from a later start.
A table with `steps` answers questions of longer steps from those that are stored (dashboard/steps).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec
from django.db.models import (
    Aggregate,
    Avg,
    Count,
    Expression,
    F,
    FloatField,
    Max,
    Min,
    Model,
    QuerySet,
    Sum,
)
from django.db.models.functions import Cast
from msgspec import Struct

from dashboard import lines
from dashboard.held import answers
from dashboard.held.changing import Changing, Questions
from dashboard.held.looks import recall
from dashboard.held.parts import figure
from dashboard.held.rows import Source, View, view
from dashboard.quick_times import milliseconds_of, quick_time
from dashboard.steps.building import Steps
from dashboard.steps.expressions import Step
from dashboard.steps.reading import answer, answer_days
from streams.core import clock
from streams.declarations import Column, Dataset, Found, Question, Row, Series

READ = 200_000  # rows that the database reads for one answer
COMPUTED = 20_000  # rows for a function that is computed here
STEPS = 1_000  # steps of a series
ROWS = 500
NEWEST = 2_000  # rows in which values are looked for
AGGREGATES: dict[str, type[Aggregate]] = {"sum": Sum, "mean": Avg, "min": Min, "max": Max}
COMBINED: dict[str, Callable[[list[float]], float]] = {"count": sum, "sum": sum, "min": min, "max": max}
Values = Callable[[str, str, str, int], list[str]]
OBJECT = msgspec.json.Decoder(dict[str, Any])


class Table(Struct, frozen=True, kw_only=True, dict=True):
    """Reads the rows of a dataset from a table. Each column is an expression over the model's fields."""

    rows_of: Callable[[str], QuerySet[Any]]  # returns the rows of a stream
    time: str  # the field that dates a row
    columns: Mapping[str, Expression | F]
    read: int = READ
    computed: int = COMPUTED
    whole: str = ""  # the field with a JSON object of all columns, if there is one: read at once, it costs a third
    steps: Steps | None = None  # sums that are kept; None: each question reads the rows
    # A name of its own, if the newest rows stay in memory: rows that are never changed, with `whole`, or with `sums`.
    held: str = ""
    sums: Sequence[str] = ()  # if a stored row of a time changes, the sum of one of these columns over that time does
    numbers: Collection[str] = ()  # columns with numbers, if rows stay in memory

    def series(self, asked: Question) -> Series:
        """Answers in steps. Raises ValueError for a question of too many steps."""
        count = len(lines.steps(asked))
        if not 0 < count <= STEPS:
            raise ValueError(f"A series has 1 to {STEPS} steps, not {count}.")
        # Steps first: they outlive the rows, of which memory has all that are left.
        if found_before := (answer(self, asked) if self.steps else None) or self._in_memory(asked):
            return found_before
        here = asked.function in ("last", "p95")
        found, since = self._narrowed(asked, self.computed if here else self.read)
        if here:
            cells, wholes = self._computed(found, asked)
            names = lines.ordered(wholes)
        else:
            keyed = self._wholes(found, asked) if asked.by else {}
            wholes = {str(key): whole for key, whole in keyed.items()}  # SQLite has 1 for true
            names = list(wholes)
            chosen = found.filter(key__in=list(keyed)[: asked.most]) if asked.by else found
            cells = {} if asked.by and asked.whole else self._cells(chosen, asked)
            if not asked.by:
                wholes = {"": self._whole(found, asked, cells)}
        return lines.series(asked, names, wholes, lambda name, number: cells.get((name, number)), since)

    def days(self, asked: Question, edges: Sequence[int]) -> Series | None:
        """Answers in days that begin at these times, the last of which is an end; None if no stored steps do."""
        return answer_days(self, asked, edges)

    def rows(self, asked: Question) -> Found:
        """Answers in rows, newest first."""
        most = min(asked.most, ROWS)
        found = self.filtered(asked).order_by(F(self.time).desc(), "-pk")
        names = list(self.columns)
        expressions = {f"c{place}": self.columns[name] for place, name in enumerate(names)}
        taken = list(found.annotate(**expressions).values_list(self.time, *expressions)[: most + 1])
        rows = [(clock.from_datetime(time), _row(names, values)) for time, *values in taken[:most]]
        return Found(rows, len(taken) > most)

    def cells(self, asked: Question, columns: Sequence[str]) -> list[tuple[int, Sequence[Any]]]:
        """Returns the values of some columns in the newest rows, newest first; one row more than `read` at most."""
        most = min(asked.most, self.read + 1)
        if not asked.where and (held := self._held(asked)):
            return [(time, [row.get(name) for name in columns]) for time, _, row in reversed(held.rows[-most:])]
        found = self.filtered(asked).order_by(F(self.time).desc(), "-pk")
        if self.whole:
            objects = found.values_list(self.time, self.whole)[:most]
            decoded = ((time, OBJECT.decode(text)) for time, text in objects)
            return [(clock.from_datetime(time), [row.get(name) for name in columns]) for time, row in decoded]
        expressions = {f"c{place}": self.columns[name] for place, name in enumerate(columns)}
        rows = found.annotate(_at=quick_time(self.time), **expressions).values_list("_at", *expressions)[:most]
        return [(milliseconds_of(row[0]), row[1:]) for row in rows]

    def values(self, column: str, stream: str, prefix: str, most: int) -> list[str]:
        """Returns values of a text column among the newest rows, in order."""
        newest = self.rows_of(stream).order_by(F(self.time).desc())[:NEWEST]
        found = {value for value in newest.values_list(self.columns[column], flat=True) if value is not None}
        return sorted(str(value) for value in found if str(value).startswith(prefix))[:most]

    def between(self, stream: str, start: int, end: int) -> QuerySet[Any]:
        """Returns the rows of a time, in milliseconds."""
        bounds = {"gte": clock.to_datetime(start), "lt": clock.to_datetime(end)}
        return self.rows_of(stream).filter(**{f"{self.time}__{name}": at for name, at in bounds.items()})

    def filtered(self, asked: Question) -> QuerySet[Any]:
        """Returns the rows that a question is about."""
        found = self.between(asked.stream, asked.start, asked.end)
        for place, (column, values) in enumerate(asked.where.items()):
            found = found.alias(**{f"w{place}": self.columns[column]}).filter(**{f"w{place}__in": list(values)})
        return found

    def keyed(self, found: QuerySet[Any], asked: Question) -> QuerySet[Any]:
        """Returns rows with their value of `by` as `key`, without those that have none."""
        return found.annotate(key=self.columns[asked.by]).filter(key__isnull=False) if asked.by else found

    def aggregate(self, asked: Question) -> Expression:
        """Returns the expression of a function that the database computes."""
        if asked.function == "distinct":
            return Count(self.columns[asked.column], distinct=True)
        if asked.function in AGGREGATES:
            # SQLite refuses a sum of whole numbers past 64 bits, and MariaDB answers in decimals.
            return AGGREGATES[asked.function](Cast(self.columns[asked.column], FloatField()))
        return Count("*")

    def _in_memory(self, asked: Question) -> Series | None:
        found = self._held(asked)
        return answers.series(asked, found.rows, self.numbers, found.memory) if found else None

    def _held(self, asked: Question) -> View | None:
        if not self.held:
            return None
        key = self.held, asked.stream
        if self.sums:
            return view(Changing(key, self._questions), asked.start, asked.end)
        return view(Source(key, lambda: self.rows_of(asked.stream), self.time, self.whole), asked.start, asked.end)

    @cached_property
    def _questions(self) -> Questions:
        return Questions(self.rows_of, self.time, self.columns, self.sums)

    def _narrowed(self, asked: Question, most: int) -> tuple[QuerySet[Any], int]:
        """Returns the rows to read, and the time from which on they are read: the start, or a later one."""
        found, start = self.filtered(asked), asked.start
        while start < asked.end - asked.step and not self._is_few(found, asked, start, most):
            start = lines.later(asked, start)
            found = found.filter(**{f"{self.time}__gte": clock.to_datetime(start)})
        return self.keyed(found, asked), start

    def _is_few(self, found: QuerySet[Any], asked: Question, start: int, most: int) -> bool:
        """Returns whether rows are at most so many. Those of a longer time in the same look may have been counted."""
        counted: dict[tuple[int, int], int] = recall((id(self), asked.stream, str(asked.where)), dict)
        if any(first <= start and asked.end <= end and count <= most for (first, end), count in counted.items()):
            return True
        counted[start, asked.end] = found.order_by()[: most + 1].count()
        return counted[start, asked.end] <= most

    def _wholes(self, found: QuerySet[Any], asked: Question) -> dict[Any, float | None]:
        """Returns the function of each value of `by`, the greatest first; READ bounds their number."""
        grouped = found.values("key").annotate(whole=self.aggregate(asked))
        return dict(grouped.order_by(F("whole").desc(nulls_last=True), "key").values_list("key", "whole"))

    def _cells(self, found: QuerySet[Any], asked: Question) -> "Cells":
        """Returns the function of each line and step, as the database computes it."""
        names = ["key"] if asked.by else []
        step = Step(self.time, asked.step // clock.SECOND, asked.phase // clock.SECOND)
        within = found.annotate(step=step).values("step", *names).annotate(value=self.aggregate(asked)).order_by()
        return {(_name(key), place): value for place, *key, value in within.values_list("step", *names, "value")}

    def _whole(self, found: QuerySet[Any], asked: Question, cells: "Cells") -> float | None:
        """Returns the function over the whole time, from that of its steps if that is possible."""
        known = [value for value in cells.values() if value is not None]
        combine = COMBINED.get(asked.function)
        if combine or ((asked.start - asked.phase) % asked.step == 0 and asked.end - asked.start <= asked.step):
            return (combine or sum)(known) if known else None
        whole: float | None = found.aggregate(whole=self.aggregate(asked))["whole"]
        return whole

    def _computed(self, found: QuerySet[Any], asked: Question) -> "tuple[Cells, Wholes]":
        """Returns the same for `last` and `p95`, from the rows in the order of time."""
        names = ["key"] if asked.by else []
        rows = found.annotate(number=self.columns[asked.column]).order_by(self.time, "pk")
        steps: dict[tuple[str, int], list[float]] = defaultdict(list)
        whole: dict[str, list[float]] = defaultdict(list)
        for time, *key, number in rows.values_list(self.time, *names, "number")[: 2 * self.computed]:
            if number is not None:
                steps[_name(key), (clock.from_datetime(time) - asked.phase) // asked.step].append(number)
                whole[_name(key)].append(number)
        wholes: Wholes = {name: figure(asked.function, numbers) for name, numbers in whole.items()}
        return {place: figure(asked.function, numbers) for place, numbers in steps.items()}, wholes


Cells = dict[tuple[str, int], float | None]  # by line and number of the step since 1970
Wholes = dict[str, float | None]


def dataset(table: Table, columns: Sequence[Column], values: Values | None = None, **more: Any) -> Dataset:
    """Returns a dataset that a table answers; `values`, and `rows` in `more`, replace the table's own answers."""
    answers = {"series": table.series, "days": table.days, "rows": table.rows, "cells": table.cells}
    return Dataset(columns=columns, **(answers | {"values": values or table.values} | more))


def own(*names: str) -> dict[str, Expression | F]:
    """Returns columns that are fields of the model under the same names."""
    return {name: F(name) for name in names}


def of_stream(model: type[Model]) -> Callable[[str], QuerySet[Any]]:
    """Returns a function that returns the rows of a stream."""
    return lambda stream: model._default_manager.filter(stream=stream)


def _name(key: Sequence[str]) -> str:
    return str(key[0]) if key else ""


def _row(names: Sequence[str], values: Sequence[Any]) -> Row:
    return {
        name: clock.iso(value) if hasattr(value, "isoformat") else value
        for name, value in zip(names, values, strict=True)
    }
