"""Counts the rows that pumps could not use, by reason."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import F

from common.text import storable
from sql.engine.contract import Row, RowFault
from sql.live.models import SqlFault
from streams.core.clock import to_datetime
from streams.models.upsert import upsert

if TYPE_CHECKING:
    from sql.plan.nodes import Column

MOST = 500  # reasons of an application; further ones are counted together
LONGEST = 500  # characters of a sentence, an expression and a value
REST = RowFault(0, "", "", "More reasons than are told apart.", "", "", 0, "")  # type: ignore[arg-type]
NO_ROWS = ("CUT", "NOTE")  # kinds of which the count is not one of rows that a pump could not use
Group = tuple[Any, ...]  # pump, kind, column, line, expression


class Seen(NamedTuple):
    """Holds rows of one reason: the latest, their number, and the row times of the first and the last."""

    latest: RowFault
    rows: int
    first: int
    last: int


def seen(faults: Sequence[RowFault], counts: Mapping[str, int], time: int) -> list[Seen]:
    """Returns faults by reason, and the texts that were cut up to a row time by column."""
    groups: dict[Group, list[RowFault]] = {}
    for fault in faults:
        groups.setdefault(_group(fault), []).append(fault)
    found = []
    for group in groups.values():
        times = [each.time for each in group]
        found.append(Seen(group[-1], len(group), min(times), max(times)))
    for name, count in counts.items():
        fault = RowFault(time, "", *_counted(name), "", 0, "")
        found.append(Seen(fault, count, time, time))
    return found


def _counted(name: str) -> tuple[Any, str, str]:
    """Returns the kind, the sentence and the column of a count of the engine."""
    from sql.engine.engine import CUT  # noqa: PLC0415 - pages and commands that run no engine start faster
    from sql.engine.faults import UNTOLD  # noqa: PLC0415 - as above

    if name.startswith(CUT):
        return "CUT", "Texts were longer than the column and were cut to its length.", name.removeprefix(CUT)
    return ("UNTOLD" if name == UNTOLD else "NOTE"), f"{name[:1].upper()}{name[1:]}.", ""


def add_faults(application: int, stream: str, shard: str, found: Sequence[Seen]) -> None:
    """Counts the faults of a lease, inside the caller's transaction; each reason's latest row stays as an example."""
    digests = {_digest(stream, shard, _group(each.latest)): each for each in found}
    ours = SqlFault.objects.filter(application_id=application)
    known = {each.digest: each for each in ours.filter(digest__in=digests)}
    room = MOST - ours.count() if len(known) < len(digests) else MOST
    for digest, each in digests.items():
        if digest in known:
            _add(known[digest], each)
        elif room > 0:
            room -= 1
            _begin(application, stream, digest, each)
        else:
            _count_rest(application, stream, each)


def _add(fault: SqlFault, found: Seen) -> None:
    latest = _columns(found.latest)
    last = max(to_datetime(found.last), fault.last)
    SqlFault.objects.filter(pk=fault.pk).update(
        count=F("count") + found.rows, last=last, sentence=latest["sentence"], value=latest["value"]
    )


def _begin(application: int, stream: str, digest: str, found: Seen) -> None:
    own = {"application_id": application, "stream": stream, "digest": digest, "count": found.rows}
    times = {"first": to_datetime(found.first), "last": to_datetime(found.last)}
    upsert([SqlFault(**own, **times, **_columns(found.latest))], key=["application", "digest"])


def _count_rest(application: int, stream: str, found: Seen) -> None:
    """Counts faults of reasons beyond the bound under one row of their own."""
    digest = _digest(stream, "", ("rest",))
    known = SqlFault.objects.filter(application_id=application, digest=digest).first()
    rest = found._replace(latest=REST)
    if known:
        _add(known, rest)
    else:
        _begin(application, stream, digest, rest)


def _group(fault: RowFault) -> Group:
    return (fault.pump, fault.fault, fault.column, fault.line, fault.expression)


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
