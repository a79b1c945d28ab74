"""Reads and writes the queues of messages: one for each target, in the order of ids, served by one process at a time.

Only the main thread of `manage.py notify` calls this module. A process holds a target by a lease. When it loses the
lease it may have sent messages without writing the results: they are sent again, under the same names.
"""

from __future__ import annotations

import os
import random
import secrets
import socket
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from alarms.channels.base import LONGEST_REST, Outcome, Receipt
from alarms.jobs import Job, Known, job, stored
from alarms.models import Attempt, Message, Target
from alarms.storing import TOPIC
from common.database_errors import again_if_locked
from common.lasting import SLACK, has_ended, over
from common.text import cut, one_line, storable
from streams.models.progress import announce
from streams.models.statements import insert, update

LEASE = timedelta(seconds=15)
GIVE_UP = timedelta(hours=24)  # from the making of a message
FIRST_WAIT, LONGEST_WAIT = 1.0, 900.0  # seconds
FARTHEST = timedelta(seconds=max(LONGEST_WAIT, LONGEST_REST))  # that a message waits for its time
MOST_HELD = 100  # episodes of a target whose messages its receiver refused
MOST_ANSWER = 500  # characters of an answer that the ledger keeps


@dataclass(frozen=True, slots=True)
class Result:
    """Holds the result of one attempt."""

    target: int
    job: Job
    receipt: Receipt
    took: float  # seconds


def new_owner() -> str:
    """Returns a name for this process, by which another one of this machine sees whether it still lives."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"


def claim(owner: str, now: datetime, busy: Iterable[int], most: int) -> list[Target]:
    """Takes the leases of up to `most` targets that have a message due and that nobody serves, and returns them."""
    due = Message.objects.filter(state=Message.WAITING, due__lte=now)
    if not due.exists():  # no look at the targets where nothing is due
        return []
    rested = Q(resumes=None) | Q(resumes__lte=now)
    candidates = Target.objects.filter(rested, Exists(due.filter(target=OuterRef("pk")))).exclude(pk__in=list(busy))
    rows = candidates.order_by(F("resumes").asc(nulls_first=True), "pk").values_list("pk", "lease_owner", "lease_until")
    free = [(pk, holder) for pk, holder, until in rows[: 4 * most] if _free(holder, until, owner, now)][:most]
    if not free:
        return []
    still = Q(lease_owner__in={holder for _, holder in free}) | over("lease_until", LEASE, now)
    wanted = Target.objects.filter(pk__in=[pk for pk, _ in free])
    wanted.filter(still).update(lease_owner=owner, lease_until=now + LEASE)
    return list(wanted.filter(lease_owner=owner).select_related("owner"))


def _free(holder: str, until: datetime | None, owner: str, now: datetime) -> bool:
    if holder in ("", owner) or until is None or has_ended(until, LEASE, now):
        return True
    host, _, rest = holder.partition(":")
    return host == owner.partition(":")[0] and not _lives(rest.partition(":")[0])


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True


def renew(owner: str, targets: Iterable[int], now: datetime) -> set[int]:
    """Prolongs leases, and returns the targets that are still this owner's."""
    mine = Target.objects.filter(pk__in=list(targets), lease_owner=owner)
    mine.update(lease_until=now + LEASE)
    return set(mine.values_list("pk", flat=True))


def release(owner: str, targets: Iterable[int]) -> None:
    """Gives leases back, so that another process need not wait for their end."""
    Target.objects.filter(pk__in=list(targets), lease_owner=owner).update(lease_owner="", lease_until=None)


def pull_back(now: datetime) -> bool:
    """Makes messages due that wait for longer than any wait goes, and their targets; returns whether there were some.

    A clock that was set back since left them.
    """
    beyond = now + FARTHEST + SLACK
    Target.objects.filter(resumes__gt=beyond).update(resumes=now)
    return Message.objects.filter(state=Message.WAITING, due__gt=beyond).update(due=now) > 0


Undue = dict[int, dict[str, int]]  # by target and episode: the id of its first message that waits for its own time


def not_yet_due(now: datetime) -> Undue:
    """Returns the messages that wait for a time of their own: few, since the other messages of a target are due."""
    found: Undue = {}
    rows = Message.objects.filter(state=Message.WAITING, due__gt=now, target__isnull=False)
    for target, episode, number in rows.values_list("target", "notice__episode__name", "id"):
        of_target = found.setdefault(int(target or 0), {})
        of_target[episode] = min(number, of_target.get(episode, number))
    return found


class Place(NamedTuple):
    """Names a place in the queue of a target: its next `most` messages beyond the id `after` are wanted."""

    target: int
    after: int
    most: int


def waiting(places: Sequence[Place], now: datetime, undue: Undue, known: Known) -> dict[int, list[Job]]:
    """Returns the next messages of targets, in order, by two queries for all of them; by one if all are known.

    A message that its receiver refused waits for its own time, and with it the later messages of its episode: firing
    is told before resolved. A receiver that refuses MOST_HELD gets no new ones until it takes some of those.
    """
    found: dict[int, list[Job]] = {place.target: [] for place in places}
    rows = _next(places, now, undue)
    facts = {row.id: known.pop(row.target, row.name) for row in rows}
    facts |= stored([number for number, each in facts.items() if each is None])
    for number, target, name, attempts in rows:
        of = facts[number]
        if of is None:  # it waits no longer
            continue
        each = job(number, target, name, attempts, *of)
        if undue.get(target, {}).get(each.letter.episode, number) >= number:
            found[target].append(each)
    return found


class _Row(NamedTuple):
    id: int
    target: int
    name: str
    attempts: int


_NEXT = (
    "SELECT * FROM (SELECT {id}, {target}, {name}, {attempts} FROM {message} WHERE {target} = %s AND {state} = %s"
    " AND {id} > %s AND {attempts} >= %s AND {due} <= %s ORDER BY {id} LIMIT %s) {part}"
)


def _next(places: Sequence[Place], now: datetime, undue: Undue) -> list[_Row]:
    """Returns the next messages, the oldest first.

    Each target has its own part of the statement, since the one index then gives its rows in order up to its bound.
    """
    ops, fields = connection.ops, ("id", "name", "state", "attempts", "due")
    names = {name: ops.quote_name(name) for name in fields} | {"target": ops.quote_name("target_id")}
    table, due = ops.quote_name(Message._meta.db_table), ops.adapt_datetimefield_value(now)
    parts = [_NEXT.format(**names, message=table, part=f"p{number}") for number in range(len(places))]
    values: list[Any] = []
    for target, after, most in places:
        refuses = len(undue.get(target, ())) >= MOST_HELD
        values += [target, Message.WAITING, after, int(refuses), due, most]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return sorted(map(_Row._make, cursor.fetchall()))


def recent(target: int, now: datetime, most: int) -> list[float]:
    """Returns the ages in seconds of the newest messages delivered within the last minute, the oldest first."""
    since = now - timedelta(minutes=1)
    rows = Message.objects.filter(target=target, state__in=Message.DONE, done__gt=since).order_by("-id")
    return sorted(
        ((now - done).total_seconds() for done in rows.values_list("done", flat=True)[:most] if done), reverse=True
    )


def wait_seconds(attempts: int, asked: float, chance: Callable[[], float]) -> float:
    """Returns the seconds until the next attempt: doubled each time, with jitter of a half, or as the receiver asks."""
    base = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempts - 1, 20))
    return max(asked, base * (0.5 + chance() / 2))


@again_if_locked
def record(results: Sequence[Result], now: datetime, chance: Callable[[], float] = random.random) -> None:
    """Writes the results of attempts, with their lines of the ledger, in one transaction."""
    with transaction.atomic():
        _done([each for each in results if each.receipt.good], now)
        resting: dict[int, datetime] = {}
        for each in results:
            if not each.receipt.good:
                due = _not_delivered(each, now, chance)
                if each.receipt.outcome is Outcome.LATER:
                    resting[each.target] = due
        answered = {each.target for each in results} - set(resting)
        Target.objects.filter(pk__in=answered, resumes__isnull=False).update(resumes=None)
        for target, due in resting.items():
            Target.objects.filter(pk=target).update(resumes=due)
        insert(Attempt, ATTEMPT, (_attempt(each, now) for each in results))
        announce(TOPIC)


def _done(good: list[Result], now: datetime) -> None:
    """Marks messages as delivered or as told by a dry run, by the number of attempts that they had: most had none."""
    groups: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for each in good:
        state = Message.DRY if each.receipt.outcome is Outcome.DRY else Message.DELIVERED
        groups[state, each.job.attempts].append(each.job.id)
    for (state, attempts), ids in groups.items():
        put = {"state": state, "done": now, "attempts": attempts + 1}
        update(Message, {"state": Message.WAITING}, put, ids=ids)


def _not_delivered(result: Result, now: datetime, chance: Callable[[], float]) -> datetime:
    """Marks a message that failed, or returns it to its queue; returns the time of the next attempt."""
    row = Message.objects.filter(pk=result.job.id, state=Message.WAITING)
    attempts = result.job.attempts + 1
    due = now + timedelta(seconds=wait_seconds(attempts, result.receipt.after, chance))
    why = cut(storable(one_line(result.receipt.answer)), 200)
    if result.receipt.outcome is Outcome.DROPPED:
        row.update(state=Message.DROPPED, done=now, attempts=attempts, why=why)
    elif result.receipt.outcome is Outcome.NEVER or now - result.job.made >= GIVE_UP:
        row.update(state=Message.FAILED, done=now, attempts=attempts, why=why)
    else:
        row.update(attempts=attempts, due=due, why=why)
    return due


ATTEMPT = ("message", "at", "took", "good", "answer")


@lru_cache(maxsize=256)
def _shown(answer: str) -> str:
    """Returns an answer as the ledger keeps it; most receivers give the same one each time."""
    return storable(one_line(answer, MOST_ANSWER), MOST_ANSWER)


def _attempt(result: Result, now: datetime) -> tuple[Any, ...]:
    answer = _shown(result.receipt.answer)
    return (result.job.id, now, int(result.took * 1000), result.receipt.good, answer)
