"""Collects everything that the page of an episode shows."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from alarms import curves, keeping, proving, showing, targets
from alarms.models import Episode, Message, Notice, RuleVersion
from alarms.spec import RuleSpec, SpecError, read
from alarms.wording import SIDES
from dashboard import links
from dashboard.progress import own_time
from streams import applications
from streams.core import clock
from streams.core.clock import iso
from streams.declarations import Question
from streams.models.readers import progress_of

MESSAGES = 200  # on the page; the ledger has all
DEPTH = 3  # of the cause, as facts
PLACE = 64  # digits of a sequence number


def episode(found: Episode, now: datetime, *, staff: bool, proves: bool = False) -> dict[str, Any]:
    """Returns the names that alarms/episode.html needs."""
    version = found.rule.versions.filter(number=found.rule_version).first()
    spec = _read(version)
    reached = max(_reached(found, now), found.ended or found.started)
    known = curves.versions(found.rule)
    curve = curves.around(found, known, spec, reached) if spec and not found.rule.own else None
    return {
        "episode": found,
        "row": showing.row(found),
        "version": version,
        "spec": spec,
        "curve": curve if curve and curve.known else None,
        "proof": proving.prove(found, spec, reached) if proves and spec and not found.rule.own else None,
        "curve_json": curves.json(curve, spec) if spec else None,
        "sides": SIDES.get(spec.kind) if spec else None,
        "reached": iso(reached),
        "cause": list(_cause(found, staff=staff)),
        "told": list(message_rows(found)),
        "keeps": staff and (found.application_version is not None),
        "records_url": _records_url(found, spec) if staff else "",
        "own_url": own_url(found) if found.rule.own else "",
        "notes": [line for line in found.note.splitlines() if line.strip()],
    }


def state(shown: dict[str, Any]) -> dict[str, Any]:
    """Returns the part of an episode's page that changes while it is open, for its script."""
    found: Episode = shown["episode"]
    counts = {name: getattr(found, name) for name in ("calls", "notices", "suppressed")}
    return {
        "now": shown["reached"],
        "clock_note": "",
        "episode": shown["row"] | counts | {"acknowledged": iso(found.acknowledged)},
        "curve": shown["curve_json"],
        "told": shown["told"],
    }


def message_rows(found: Episode) -> Iterator[dict[str, Any]]:
    """Yields a row for each message of an episode and each reason for which somebody was not told, newest first."""
    sent: dict[int, list[Message]] = {}
    messages = (
        Message.objects.filter(notice__episode=found).select_related("target").prefetch_related("tries").order_by("-pk")
    )
    for message in messages[:MESSAGES]:
        sent.setdefault(message.notice_id, []).append(message)
    for notice in found.notices_made.order_by("-pk")[:MESSAGES]:
        for message in sent.get(notice.pk, []):
            yield _row(notice) | _result(message)
        for reason in untold_reasons(notice):
            target, why = by_target(reason)
            told = {"key": f"{notice.pk}-{reason}", "result": "not told", "target": target, "answer": why}
            yield _row(notice) | told
        if not sent.get(notice.pk) and not untold_reasons(notice):
            waits = "waits for `notify`" if notice.expanded is None else "nobody subscribes to it"
            yield _row(notice) | {"key": f"{notice.pk}", "result": "not told", "answer": waits}


def _row(notice: Notice) -> dict[str, Any]:
    return {"notice": notice.kind, "at": iso(notice.at), "held": notice.suppressed, "target": "", "attempts": 0}


def _result(message: Message) -> dict[str, Any]:
    answers = sorted(message.tries.all(), key=lambda attempt: attempt.pk)
    return {
        "key": f"m{message.pk}",
        "target": message.target_name,
        "result": message.state,
        "answer": targets.reason(message) or (answers[-1].answer if answers else ""),
        "attempts": message.attempts,
        "done": iso(message.done),
    }


def untold_reasons(notice: Notice) -> list[str]:
    """Returns the reasons of a notice in words."""
    found = _json(notice.untold or "[]")
    items = found if isinstance(found, list) else [found]
    return [" ".join(map(str, each.values())) if isinstance(each, dict) else str(each) for each in items if each]


def by_target(reason: str) -> tuple[str, str]:
    """Returns the target of a reason, "" without one, and the reason alone; alarms.matching writes both in one text."""
    target, _, why = reason.rpartition(": ")
    return target, why


def facts(value: Any, name: str = "", depth: int = 0) -> Iterator[dict[str, str]]:
    """Yields the names and values of a cause, as words for people; alarms.storing writes it."""
    if isinstance(value, dict) and depth < DEPTH:
        for key, each in value.items():
            yield from facts(each, key if depth == 0 or name == "row" else f"{name} {key}", depth + 1)
    elif name == "time" and depth == 1 and isinstance(value, int):
        yield {"name": "time of the row", "time": clock.to_iso(value)}
    elif value not in (None, "", [], {}):
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if (name, depth) == ("place", 1):  # of the lease of a whole stream it is */NUMBER
            name, shown = "last record", shown.removeprefix("*/")
        yield {"name": name or "cause", "value": shown}


def _cause(found: Episode, *, staff: bool) -> Iterator[dict[str, str]]:
    """Yields the facts of an episode's cause; for staff with a link to the record that completed the row."""
    for fact in facts(_json(found.cause)):
        place = fact.get("value", "") if fact["name"] == "last record" else ""
        if staff and place.isdecimal() and len(place) <= PLACE and found.shard:
            fact["url"] = links.to_record(found.stream, found.shard, int(place))
        yield fact


def own_url(found: Episode) -> str:
    """Returns the address of the application's own page of an episode that it found by itself; "" without one.

    The application's dataset of episodes knows it.
    """
    start = clock.from_datetime(found.started)
    for dataset in applications.datasets():
        if dataset.application == found.rule.application and dataset.episodes and "/episodes" not in dataset.name:
            asked = Question(stream=found.stream, start=start, end=start + 1, most=100)
            names = [column.name for column in dataset.columns if column.kind == "text"]
            for time, row in dataset.rows(asked).rows:
                if time == start and any(row.get(name) == found.key for name in names):
                    return str(row.get("alarm_url", ""))
    return ""


def _records_url(found: Episode, spec: RuleSpec | None) -> str:
    """Returns the address of the records from just before an episode on."""
    dataset = curves.dataset_of(spec.dataset) if spec else None
    before = max(spec.window if spec else 0, dataset.step if dataset else 0, 15 * clock.SECOND)
    since = clock.to_iso(clock.from_datetime(found.started) - before)
    return links.to_records(found.stream, **{"from": since})


def _reached(found: Episode, now: datetime) -> datetime:
    own = own_time(found.rule.application, found.stream, now)
    return min(progress_of(found.rule.application, found.stream).watermark or own, own)


def sample(found: Episode, now: datetime) -> keeping.Kept:
    """Returns the records around an episode, as the sample of a test. Raises StreamError."""
    version = found.rule.versions.filter(number=found.rule_version).first()
    return keeping.sample(found, _read(version), _reached(found, now))


def _read(version: RuleVersion | None) -> RuleSpec | None:
    try:
        return read(version.spec) if version else None
    except SpecError:
        return None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
