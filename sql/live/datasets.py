"""Makes a dataset of each stored output of SQL applications, `APPLICATION/OUTPUT`, for boards."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Expression, FloatField, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from common.retention import kept_since
from dashboard.datasets import Table, dataset
from dashboard.held.looks import recall
from dashboard.steps.building import LEVELS, Steps, build_steps
from dashboard.steps.expressions import Cell
from sql.live.models import SqlOutput, SqlRow
from sql.live.row_views import family_of
from sql.types import Family
from streams.core import clock
from streams.declarations import Column, Dataset
from streams.models.rollups import Ladder
from streams.operations.retention import not_ahead

MOST = 200  # outputs
COLUMNS = 40  # of an output
TIMES = 4  # that are enough to see the length of windows
KINDS = {Family.WHOLE: "number", Family.EXACT: "number", Family.APPROXIMATE: "number"}
KEYED = {Family.TEXT, Family.BOOLEAN}  # times and others would make a combination of nearly each row
_UNREADABLE = re.compile(r'["\\]')  # no path in JSON can name such a column in every database


def datasets() -> list[Dataset]:
    """Returns the datasets of the outputs whose rows are stored, by application."""
    found = SqlOutput.objects.filter(stored=True).select_related("application").order_by("application__name", "pk")
    outputs = list(found[:MOST])
    of = Counter(each.application_id for each in outputs)
    return [_dataset(each, alone=of[each.application_id] == 1) for each in outputs]


def _dataset(output: SqlOutput, *, alone: bool) -> Dataset:
    name = output.application.name
    table, columns = _table(output)
    return dataset(
        table,
        columns,
        name=_name(output),
        grain=lambda stream: recall((output.pk, stream), lambda: _grain(output, stream)),
        title=name if alone else f"{output.name} of {name}",
        application=name,
        delay=0,
    )


def _name(output: SqlOutput) -> str:
    return f"{output.application.name}/{output.name}"


def _table(output: SqlOutput) -> tuple[Table, list[Column]]:
    found = [(each, *family_of(type_)) for each, type_ in output.columns if not _UNREADABLE.search(each)][:COLUMNS]
    columns = [Column(name=each, kind=KINDS.get(family, "text")) for each, family, *_ in found]
    numbers = [each.name for each in columns if each.kind == "number"]
    table = Table(
        rows_of=lambda stream: _rows(output, stream),
        time="rowtime",
        columns={each.name: cell(each.name, number=each.name in numbers) for each in columns},
        whole="data",
        held=f"sql {output.pk}",
        numbers=numbers,
        steps=Steps(
            dataset=_name(output),
            application=output.application.name,
            texts=[each for each, family, *_ in found if family in KEYED],
            numbers=numbers,
        ),
    )
    return table, columns


def ladder(application: str) -> Ladder:
    """Returns the longer steps of the stored outputs of an application."""

    def build(stream: str, step: int, starts: Sequence[datetime]) -> None:
        outputs = SqlOutput.objects.filter(application__name=application, stored=True).select_related("application")
        for output in outputs:
            build_steps(_table(output)[0], stream, step, starts)

    def since() -> datetime:
        return kept_since(not_ahead(timezone.now()), settings.RETENTION_SQL)

    return Ladder(application, LEVELS, build, over=True, kept_since=since, zoned=True)


def _rows(output: SqlOutput, stream: str) -> QuerySet[SqlRow]:
    return SqlRow.objects.filter(output=output, stream=stream)


def _grain(output: SqlOutput, stream: str) -> int:
    """Returns the milliseconds of which the newest row times are multiples, as those of windows are; 0 for none."""
    times = _rows(output, stream).order_by("-rowtime").values_list("rowtime", flat=True).distinct()[:TIMES]
    found = math.gcd(*map(clock.from_datetime, times))
    return math.gcd(found, 24 * 60 * clock.MINUTE) if len(times) == TIMES and found >= clock.SECOND else 0


def cell(name: str, *, number: bool) -> Expression:
    """Returns the expression of a column of a row's JSON object: a number, or text."""
    return Cast(Cell(name), FloatField()) if number else Cell(name)
