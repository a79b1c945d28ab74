"""Makes the jobs of senders: of facts that this process has just read to make the messages, or of the table."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from alarms import links
from alarms.letters import RESOLVED, Letter
from alarms.models import Message
from dashboard.quick_times import moment_of, quick_time
from streams.models.statements import among

MOST_KNOWN = 20_000  # messages of which facts are kept: about 20 MB
PIECE = 500  # messages in one query: SQLite accepts some thousands of parameters


@dataclass(frozen=True, slots=True)
class Job:
    """Holds one message on its way to a sender."""

    id: int
    attempts: int
    made: datetime
    letter: Letter


class Facts(NamedTuple):
    """Holds what all messages of a notice share, in the order of PLAIN and TIMES."""

    kind: str
    episode: str
    rule: str
    title: str
    application: str
    severity: str
    stream: str
    key: str
    value: float | None
    level: float | None
    suppressed: int
    at: datetime
    started: datetime
    ended: datetime | None


# Of a notice, in the order of Facts.
PLAIN = (
    "kind",
    "episode__name",
    "episode__rule__name",
    "episode__rule__title",
    "episode__rule__application",
    "episode__severity",
    "episode__stream",
    "episode__key",
    "value",
    "episode__level",
    "suppressed",
)
TIMES = ("at", "episode__started", "episode__ended")


def facts(row: Sequence[Any]) -> Facts:
    """Returns the facts of a row of PLAIN, and of TIMES read by quick_time."""
    plain, (at, started, ended) = row[: len(PLAIN)], row[len(PLAIN) :]
    return Facts._make([*plain, moment_of(at), moment_of(started), None if ended is None else moment_of(ended)])


class Known:
    """Holds facts of messages that this process has made, and need not read again to send them."""

    def __init__(self, most: int = MOST_KNOWN) -> None:
        self._most = most
        self._by_target: dict[int, dict[str, tuple[datetime, Facts]]] = {}
        self._count = 0

    def add(self, target: int, name: str, made: datetime, found: Facts) -> None:
        """Keeps the facts of a message, unless there are too many: the first ones are sent first."""
        if self._count < self._most:
            self._by_target.setdefault(target, {})[name] = (made, found)
            self._count += 1

    def pop(self, target: int, name: str) -> tuple[datetime, Facts] | None:
        """Returns when a message was made, and its facts, once."""
        found = self._by_target.get(target, {}).pop(name, None)
        self._count -= found is not None
        return found

    def keep(self, targets: Collection[int]) -> None:
        """Forgets the messages of all other targets: they fail, or another process serves them."""
        self._by_target = {target: held for target, held in self._by_target.items() if target in targets}
        self._count = sum(map(len, self._by_target.values()))


def stored(ids: Sequence[int]) -> dict[int, tuple[datetime, Facts]]:
    """Returns when messages were made, and their facts, by id; only those that still wait."""
    found = {}
    times = [quick_time(name) for name in ("made", *(f"notice__{each}" for each in TIMES))]
    for begin in range(0, len(ids), PIECE):
        named = RawSQL(*among(Message, ids[begin : begin + PIECE]), output_field=BooleanField())  # noqa: S611 - the ids are parameters
        rows = Message.objects.filter(named, state=Message.WAITING)
        for number, *plain in rows.values_list("id", *(f"notice__{each}" for each in PLAIN), *times):
            made = plain.pop(len(PLAIN))
            found[number] = (moment_of(made), facts(plain))
    return found


def job(number: int, target: int, name: str, attempts: int, made: datetime, of: Facts) -> Job:
    """Returns the job of a message. Its letter says when the episode ended only if the notice tells of that."""
    over = of.kind == RESOLVED or of.ended is not None
    letter = Letter(
        name,
        of.kind,
        of.episode,
        of.rule,
        of.title,
        of.application,
        of.severity,
        of.stream,
        of.key,
        of.at,
        of.started,
        of.ended if of.kind == RESOLVED else None,
        of.value,
        of.level,
        of.suppressed,
        links.page(of.episode),
        "" if over else links.acknowledge(of.episode, target),
    )
    return Job(number, attempts, made, letter)
