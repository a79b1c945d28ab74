"""Answers CSV files that spreadsheets can open safely."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.text import slugify

from common.spreadsheets import cell
from streams.core import clock


def respond(name: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    """Streams an RFC 4180 file (UTF-8, CRLF), to be saved under `name`."""
    response = StreamingHttpResponse(lines(columns, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def lines(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(columns)
    for row in rows:
        yield writer.writerow([cell(value) for value in row])


def stamp(moment: datetime) -> str:
    """Returns a time for file names, as 2026-11-22T1400Z."""
    return moment.strftime("%Y-%m-%dT%H%MZ")


def time_columns(time: str) -> tuple[str, int]:
    """Returns an ISO time and the same in milliseconds since 1970, the first two columns of each file."""
    return time, clock.from_iso(time)


def slug(name: str, otherwise: str) -> str:
    """Returns a name out of a record as part of a file name: at most 64 of [a-z0-9_.-]; `otherwise` if none is left."""
    return "-".join(filter(None, map(slugify, name.split("."))))[:64] or otherwise


class _Echo:
    """A file that returns each text that is written to it."""

    def write(self, text: str) -> str:
        return text
