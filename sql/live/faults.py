"""Counts the rows that pumps could not use, by reason."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.db.models import F

from common.text import storable
from sql.engine.contract import Row, RowFault
from sql.live.models import SqlFault
from sql.plan.nodes import Column
from streams.core.clock import to_datetime
from streams.models.upsert import upsert

MOST = 500  # reasons of an application; further ones are counted together
LONGEST = 500  # characters of a sentence, an expression and a value
REST = RowFault(0, "", "", "More reasons than are told apart.", "", "", 0, "")  # type: ignore[arg-type]
Group = tuple[Any, ...]  # pump, kind, column, line, expression


def add_faults(application: int, stream: str, shard: str, faults: Sequence[RowFault]) -> None:
    """Counts the faults of a lease, inside the caller's transaction; each reason's latest row stays as an example."""
    groups: dict[Group, list[RowFault]] = {}
    for fault in faults:
        groups.setdefault((fault.pump, fault.fault, fault.column, fault.line, fault.expression), []).append(fault)
    digests = {_digest(stream, shard, group): found for group, found in groups.items()}
    ours = SqlFault.objects.filter(application_id=application)
    known = {each.digest: each for each in ours.filter(digest__in=digests)}
    room = MOST - ours.count() if len(known) < len(digests) else MOST
    for digest, found in digests.items():
        if digest in known:
            _add(known[digest], found)
        elif room > 0:
            room -= 1
            _begin(application, stream, digest, found)
        else:
            _count_rest(application, stream, found)


def _add(fault: SqlFault, found: Sequence[RowFault]) -> None:
    latest = _columns(found[-1])
    last = max(to_datetime(max(each.time for each in found)), fault.last)
    SqlFault.objects.filter(pk=fault.pk).update(
        count=F("count") + len(found), last=last, sentence=latest["sentence"], value=latest["value"]
    )


def _begin(application: int, stream: str, digest: str, found: Sequence[RowFault], last: RowFault | None = None) -> None:
    times = [to_datetime(each.time) for each in found]
    own = {"application_id": application, "stream": stream, "digest": digest}
    row = {**own, **_columns(last or found[-1]), "count": len(found), "first": min(times), "last": max(times)}
    upsert([SqlFault(**row)], key=["application", "digest"])


def _count_rest(application: int, stream: str, found: Sequence[RowFault]) -> None:
    """Counts faults of reasons beyond the bound under one row of their own."""
    digest = _digest(stream, "", ("rest",))
    known = SqlFault.objects.filter(application_id=application, digest=digest).first()
    if known:
        SqlFault.objects.filter(pk=known.pk).update(
            count=F("count") + len(found), last=to_datetime(max(each.time for each in found))
        )
    else:
        _begin(application, stream, digest, found, REST)


def _columns(fault: RowFault) -> dict[str, Any]:
    return {
        "pump": storable(fault.pump, 128),
        "kind": str(fault.fault),
        "column": storable(fault.column, 256),
        "line": fault.line,
        "expression": storable(fault.expression, LONGEST),
        "sentence": storable(fault.sentence, LONGEST),
        "value": storable(fault.value, LONGEST),
    }


def _digest(stream: str, shard: str, group: Group) -> str:
    return hashlib.sha256("\0".join(map(str, (stream, shard, *group))).encode(errors="replace")).hexdigest()[:32]


def error_row(fault: RowFault, columns: Sequence[Column], shard: str) -> Row:
    """Returns a fault as a row of error_stream, with the service's columns and ours."""
    values = {
        "ERROR_TIME": fault.time,
        "ERROR_LEVEL": "ERROR",
        "ERROR_NAME": str(fault.fault),
        "MESSAGE": fault.sentence,
        "DATA_ROWTIME": fault.time,
        "DATA_ROW": fault.value.encode().hex(),
        "PUMP_NAME": fault.pump,
        "COLUMN_NAME": fault.column,
        "EXPRESSION": fault.expression,
        "LINE": fault.line,
        "SHARD": shard,
        "SEQUENCE_NUMBER": None if fault.sequence is None else str(fault.sequence),
        "VALUE": fault.value,
    }
    return tuple(values.get(column.name) for column in columns)
