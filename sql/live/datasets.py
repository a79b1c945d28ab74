"""Makes a dataset of each stored output of SQL applications, `APPLICATION/OUTPUT`, for boards."""

import re

from django.db import connection
from django.db.models import Expression, F, FloatField, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast

from dashboard.datasets import Table, dataset
from sql.live.models import SqlOutput, SqlRow
from sql.live.row_views import family_of
from sql.types import Family
from streams.declarations import Column, Dataset

MOST = 200  # outputs
COLUMNS = 40  # of an output
KINDS = {Family.WHOLE: "number", Family.EXACT: "number", Family.APPROXIMATE: "number"}
_UNREADABLE = re.compile(r'["\\]')  # no path in JSON can name such a column in every database


def datasets() -> list[Dataset]:
    """Returns the datasets of the outputs whose rows are stored, by application."""
    found = SqlOutput.objects.filter(stored=True).select_related("application").order_by("application__name", "pk")
    return [_dataset(each) for each in found[:MOST]]


def _dataset(output: SqlOutput) -> Dataset:
    readable = [(name, type_) for name, type_ in output.columns if not _UNREADABLE.search(name)][:COLUMNS]
    columns = [Column(name=name, kind=KINDS.get(family_of(type_)[0], "text")) for name, type_ in readable]
    name = output.application.name
    return dataset(
        Table(
            rows_of=lambda stream: _rows(output, stream),
            time="rowtime",
            columns={each.name: cell(each.name, number=each.kind == "number") for each in columns},
        ),
        columns,
        name=f"{name}/{output.name}",
        title=f"{output.name} of {name}",
        application=name,
        delay=0,
    )


def _rows(output: SqlOutput, stream: str) -> QuerySet[SqlRow]:
    return SqlRow.objects.filter(output=output, stream=stream)


def cell(name: str, *, number: bool) -> Expression:
    """Returns the expression of a column of a row's JSON object: a number, or text."""
    if connection.vendor == "postgresql":
        text = Func(
            F("data"), Value(name), template="(%(expressions)s)", arg_joiner="::jsonb ->> ", output_field=TextField()
        )
    else:
        function = "JSON_VALUE" if connection.vendor == "mysql" else "json_extract"
        text = Func(F("data"), Value(f'$."{name}"'), function=function, output_field=TextField())
    return Cast(text, FloatField()) if number else text
