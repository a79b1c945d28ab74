"""Reports the stored rows of an application."""

import json
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Max, QuerySet

from sql.live.models import SqlApplication, SqlOutput, SqlRow
from streams.applications import Asked, Row
from streams.core import clock
from streams.core.records import StreamError


def rows(name: str, asked: Asked) -> Iterator[Row]:
    """Yields the rows of an application's outputs, or of one of them, by row time.

    A row is {"stream", "rowtime", "row"}. Flat rows have the columns of their output, one output after the other, and
    the name of the output if there are several. Raises StreamError for an unknown output.
    """
    outputs = _outputs(name, asked.output)
    found = ordered(name, asked, outputs)
    if not asked.flat:
        for row in found.iterator(chunk_size=2000):
            output = outputs[row.output_id]
            yield {"stream": output.name, "rowtime": clock.iso(row.rowtime), "row": json.loads(row.data)}
        return
    for number, output in outputs.items():
        named = {"stream": output.name} if len(outputs) > 1 else {}
        for row in found.filter(output=number).iterator(chunk_size=2000):
            data = json.loads(row.data)
            columns = {column: data.get(column) for column, _ in output.columns}
            yield {**named, "rowtime": clock.iso(row.rowtime), **columns}


def _outputs(name: str, only: str | None) -> dict[int, SqlOutput]:
    known = SqlOutput.objects.filter(application__name=name, stored=True)
    found = known.filter(name=only) if only else known
    if only and not found:
        listed = ", ".join(known.order_by("pk").values_list("name", flat=True)) or "none"
        raise StreamError(f"{name} stores no rows of a stream {only!r}. It stores those of: {listed}.")
    return {each.pk: each for each in found.order_by("pk")}


def ordered(name: str, asked: Asked, outputs: dict[int, SqlOutput]) -> QuerySet[SqlRow]:
    """Returns the rows by row time; those of one time as they were written, by their text if shards were apart."""
    found = SqlRow.objects.filter(output__in=list(outputs))
    if asked.stream:
        found = found.filter(stream=asked.stream)
    if asked.since:
        found = found.filter(rowtime__gte=asked.since)
    if asked.until:
        found = found.filter(rowtime__lt=asked.until)
    if asked.minutes and (newest := found.aggregate(newest=Max("rowtime"))["newest"]):
        found = found.filter(rowtime__gt=newest - timedelta(minutes=asked.minutes))
    parallel = SqlApplication.objects.filter(name=name, parallel=True).exists()
    return found.order_by("rowtime", *(("data",) if parallel else ("ordinal", "pk")))
