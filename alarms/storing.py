"""Stores the findings of rules: episodes, notices and the states of keys, in the transaction of a commit."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from django.db import connection
from django.db.models import F, Model

from alarms.evaluation import Incident, KeyState, Seen, Told
from alarms.models import Episode, Notice, Rule, Watched
from alarms.states import Finding, RuleStates
from common.text import storable
from streams.core import clock
from streams.models.progress import announce
from streams.models.statements import insert
from streams.models.upsert import upsert

TOPIC = "alarms"  # its version grows with each commit that changes episodes
COLUMNS, TEXT = 20, 200  # of a row that is kept with its episode, and characters of a text in it
PIECE = 500  # names in one query: SQLite accepts some thousands of parameters
# Fields of an episode that a commit overwrites; people write the others, or its first commit did.
CHANGING = ["ended", "ending", "peak", "calls", "notices", "suppressed"]
_encode = msgspec.json.encode
_state = msgspec.json.Decoder(KeyState)


class Findings(NamedTuple):
    """Holds the rows that a commit writes."""

    begun: dict[str, Episode]  # new episodes, by name
    going: dict[str, tuple[Any, ...]]  # values of CHANGING of episodes that are stored, by name
    notices: list[tuple[str, Notice]]  # with the name of the episode
    begun_states: list[Watched]
    going_states: list[tuple[str, int | None, str, int, str, str]]  # state, due, shard; rule, stream, key
    well: list[tuple[int, str, str]]  # (rule, stream, key): states that go
    left_out: dict[int, int]  # observations, by rule

    def __bool__(self) -> bool:
        return any(self)


def decode_state(text: str) -> KeyState:
    """Returns the state of a Watched row. Raises msgspec.DecodeError."""
    return _state.decode(text)


def nothing() -> Findings:
    """Returns findings to which rows are added."""
    return Findings({}, {}, [], [], [], [], {})


def add(findings: Findings, stream: str, shard: str, each: Finding) -> None:
    """Adds a finding about a key. A later finding about an episode replaces an earlier one."""
    name = _name(each, stream)
    if cause := each.found.cause:
        findings.begun[name] = _episode(each, stream, shard, name, cause)
    elif begun := findings.begun.get(name):
        for field, value in zip(CHANGING, _changing(each.found.incident), strict=True):
            setattr(begun, field, value)
    else:
        findings.going[name] = _changing(each.found.incident)
    findings.notices.extend([(name, _notice(name, told)) for told in each.found.told])


def add_states(findings: Findings, stream: str, shard: str, states: RuleStates) -> None:
    """Adds the states that changed since the last call."""
    rule, stored = states.rule, states.stored
    for key in sorted(states.changed):
        state = states.states.get(key)
        if state is None:
            if key in stored:
                findings.well.append((rule.id, stream, key))
                stored.discard(key)
            continue
        text, due = _encode(state).decode(), rule.evaluation.due(state)
        if key in stored:
            findings.going_states.append((text, due, shard, rule.id, stream, key))
        else:
            row = Watched(rule_id=rule.id, stream=stream, shard=shard, key=key, state=text, due=due)
            findings.begun_states.append(row)
            stored.add(key)
    states.changed.clear()
    if states.left_out:
        findings.left_out[rule.id] = states.left_out
        states.left_out = 0


def write(findings: Findings) -> None:
    """Stores the rows."""
    if findings.begun or findings.going:
        _store_episodes(findings)
    _remove(findings.well)  # first, since a rule that was changed may have a new state of the same key
    upsert(findings.begun_states, key=["rule", "stream", "key"])
    _update(Watched, ["state", "due", "shard"], ["rule_id", "stream", "key"], findings.going_states)
    for rule, count in findings.left_out.items():
        Rule.objects.filter(pk=rule).update(left_out=F("left_out") + count)


def name_of(*parts: Any) -> str:
    """Returns the name of an episode or a notice: the same parts give the same name."""
    return sha256("\0".join(map(str, parts)).encode(errors="surrogatepass")).hexdigest()


def _store_episodes(findings: Findings) -> None:
    # Of episodes that exist, as an application's own may, the fields of CHANGING are overwritten.
    insert(Episode, *_table(list(findings.begun.values())), key="name", overwrite=CHANGING)
    _update(Episode, CHANGING, ["name"], [(*values, name) for name, values in findings.going.items()])
    names = sorted({name for name, _ in findings.notices})
    ids: dict[str, int] = {}
    for start in range(0, len(names), PIECE):
        ids.update(Episode.objects.filter(name__in=names[start : start + PIECE]).values_list("name", "pk"))
    for name, notice in findings.notices:
        notice.episode_id = ids[name]
    rows = sorted((notice for _, notice in findings.notices), key=lambda notice: notice.at)  # a stable order
    insert(Notice, *_table(rows, leave_out="made"), ignore=True, now="made")
    announce(TOPIC)


def _table(rows: Sequence[Model], leave_out: str = "") -> tuple[list[str], Iterator[list[Any]]]:
    """Returns the names of the columns of some rows, without their own number, and the values of each."""
    if not rows:
        return [], iter([])
    fields = [each for each in rows[0]._meta.concrete_fields if not each.primary_key and each.name != leave_out]
    names = [each.attname for each in fields]
    return [each.name for each in fields], ([getattr(row, name) for name in names] for row in rows)


def _update(model: type[Model], columns: Sequence[str], key: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Updates rows that exist, each with its own values: those of the columns, then those of the key.

    Ten times as quick as bulk_update(), and commits of many burning alarms spend most of their time here.
    """
    if not rows:
        return
    quote, adapt = connection.ops.quote_name, connection.ops.adapt_datetimefield_value
    sets, wheres = (
        joined.join(f"{quote(name)} = %s" for name in names) for joined, names in ((", ", columns), (" AND ", key))
    )
    values = [[adapt(value) if isinstance(value, datetime) else value for value in row] for row in rows]
    with connection.cursor() as cursor:
        statement = f"UPDATE {quote(model._meta.db_table)} SET {sets} WHERE {wheres}"  # noqa: S608 - names of columns
        cursor.executemany(statement, values)


def _remove(well: Sequence[tuple[int, str, str]]) -> None:
    keys: dict[tuple[int, str], list[str]] = {}
    for rule, stream, key in well:
        keys.setdefault((rule, stream), []).append(key)
    for (rule, stream), names in keys.items():
        for start in range(0, len(names), PIECE):
            Watched.objects.filter(rule=rule, stream=stream, key__in=names[start : start + PIECE]).delete()


def _name(each: Finding, stream: str) -> str:
    incident = each.found.incident
    return name_of(each.rule.name, each.rule.version, stream, each.key, incident.started, incident.place)


def _changing(incident: Incident) -> tuple[Any, ...]:
    """Returns the values of CHANGING."""
    ended = None if incident.ended is None else clock.to_datetime(incident.ended)
    counts = (incident.calls, incident.notices, incident.suppressed)
    return (ended, incident.ending, incident.peak, *counts)


def _episode(each: Finding, stream: str, shard: str, name: str, cause: Seen) -> Episode:
    rule, incident = each.rule, each.found.incident
    return Episode(
        name=name,
        rule_id=rule.id,
        rule_version=rule.version,
        application_version=cause.version,
        stream=stream,
        shard=shard,
        key=each.key,
        severity=rule.spec.severity,
        started=clock.to_datetime(incident.started),
        level=rule.spec.level,
        value=incident.value,
        cause=_cause(cause),
        **dict(zip(CHANGING, _changing(incident), strict=True)),
    )


def _notice(episode: str, told: Told) -> Notice:
    return Notice(
        name=name_of(episode, told.kind, told.number),
        kind=told.kind,
        at=clock.to_datetime(told.at),
        value=told.value,
        suppressed=told.suppressed,
    )


def _cause(seen: Seen) -> str:
    """Returns the row that raised an episode, as bounded JSON."""
    row = {
        storable(str(name), TEXT): storable(value, TEXT) if isinstance(value, str) else value
        for name, value in list(seen.row.items())[:COLUMNS]
    }
    return _encode({"time": seen.time, "place": seen.place, "row": row}).decode()
