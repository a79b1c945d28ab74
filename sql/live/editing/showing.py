"""Turns the answer of a run into rows for the page."""

import json
from collections.abc import Sequence
from typing import Any

from sql.live import curves
from sql.live.editing.slices import Taken
from sql.offline.trial import Stream, Told
from sql.templatetags.sql_rows import is_number
from streams.core import clock

COLUMNS = 60  # of a row on the page
ROWS = 50  # of a stream on the page


def run(told: Told, source: str, taken: Taken) -> dict[str, Any]:
    """Returns the parts of a run that the page shows."""
    return {
        "source": source,
        "start": clock.to_iso(taken.slice.start),
        "end": clock.to_iso(taken.slice.end),
        "records": len(taken.records),
        "read": told.read,
        "seconds": told.milliseconds / 1000,
        "streams": [_stream(each, taken.slice.end) for each in told.streams],
        "difference": _difference(told),
    }


def _stream(stream: Stream, end: int) -> dict[str, Any]:
    numbers = [is_number(type_) for _, type_ in stream.columns]
    return {
        "name": stream.name,
        "peek": stream.peek,
        "count": stream.count,
        "columns": [
            {"name": name, "type": type_, "number": is_number(type_)} for name, type_ in stream.columns[:COLUMNS]
        ],
        "more": max(0, len(stream.columns) - COLUMNS),
        "open": any(time > end for time, _ in stream.rows[-ROWS:]),
        "rows": [
            {"rowtime": clock.to_iso(time), "open": time > end, "cells": _cells(text, numbers)}
            for time, text in reversed(stream.rows[-ROWS:])
        ],
    }


def _cells(text: str, numbers: Sequence[bool]) -> list[tuple[Any, bool]]:
    """Returns the values of a row, each with the look of its column."""
    return list(zip(json.loads(text)[:COLUMNS], numbers, strict=False))


def _difference(told: Told) -> dict[str, Any] | None:
    found = told.difference
    if found is None:
        return None
    sides = (
        ("only this text gives", found.new, found.only_new),
        ("only the running version gives", found.old, found.only_old),
    )
    return {
        "same": found.same,
        "added": found.added,
        "sides": [
            {
                "words": words,
                "count": count,
                "rows": [
                    {
                        "stream": each.stream,
                        "rowtime": clock.to_iso(each.time),
                        "values": each.values,
                        "times": each.times,
                    }
                    for each in rows
                ],
            }
            for words, count, rows in sides
            if count
        ],
    }


def curve(stream: Stream) -> list[dict[str, Any]]:
    """Returns the curves of the numbers of a stream's rows, a line for each key, as curves.of does."""
    names = [name for name, _ in stream.columns]
    rows = [(time, dict(zip(names, json.loads(text), strict=True))) for time, text in stream.rows]
    key = [name for name, type_ in stream.columns[:-1] if not is_number(type_)]
    name, type_ = stream.columns[-1]
    if not is_number(type_):
        return []
    return [{"stream": stream.name, "column": name, **curves.points(rows, name, key)}]
