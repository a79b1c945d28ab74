"""Turns a stream's shards into leases, also when the stream's name leads to another stream than before.

Leases belong to a stream's identity (streams.core.records.Description); only those of one identity are current. When a
stream was deleted and made anew, or STREAM_URL leads elsewhere, the leases so far are kept with their checkpoints but
are no longer current, and those of the other identity are made, or become current again. The state of processors
follows the stream's name: results are absolute values by name, window and key, so open windows and alarms go on.
docs/adr/0015-leases-belong-to-a-streams-identity.md says why.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from django.db import transaction
from django.db.models import F

from streams.coordination import lease_states
from streams.coordination.assignment import covers
from streams.core import clock
from streams.core.entry_log import Bounds
from streams.core.records import (
    EMBEDDED,
    SHARD_END,
    TRIM_HORIZON,
    WHOLE,
    Description,
    From,
    Lost,
    Position,
    Shard,
    lost_in_words,
    parse_checkpoint,
    unread,
)
from streams.core.segments import DamagedStateError
from streams.core.state import State
from streams.core.state_log import BOUNDS
from streams.models import Lease
from streams.models.leases import current_leases

LARGEST = (1 << 63) - 1

logger = logging.getLogger(__name__)


class Inherit(Protocol):
    """Makes the first state of a lease from the last states of other leases."""

    def __call__(self, states: Sequence[State], owns: Callable[[str], bool], watermark: int | None = None) -> State:
        """Keeps the parts of the states whose keys satisfy `owns`; a later state replaces an earlier one.

        `watermark` is the new state's, in milliseconds; without it, the latest of the states is taken.
        """


class Listing(NamedTuple):
    """Lists the leases of one application on one stream's name."""

    application: str
    stream: str
    inherit: Inherit
    bounds: Bounds = BOUNDS

    def known(self) -> set[tuple[str, str]]:
        """Returns identity and shard of each current lease."""
        return set(self._current().values_list("identity", "shard"))

    def bring_up_to_date(self, before: set[tuple[str, str]], found: Description, start: Position) -> bool:
        """Makes, retires or exchanges leases, in one transaction, as a description of the stream says.

        `before` is the result of known() before the description was asked for. Returns False, and changes nothing, if
        another worker has exchanged the leases since: the description may be older than theirs.
        """
        identity = found.identity or next((identity for identity, _ in before), "")
        if before == {(identity, shard.id) for shard in found.shards} | {(identity, shard) for shard in self._ended()}:
            return True
        with transaction.atomic():
            # Every worker that would exchange leases waits here; a fresh query then sees the leases of the one before.
            list(self._all().select_for_update().order_by("pk").values_list("pk"))
            identities = {identity for identity, _ in self.known()}
            if identities - {identity} and identities != {identity for identity, _ in before}:
                return False
            self._adopt(identity)
            if identity in identities or not identities:
                self._heal(identity)
            strangers = list(self._current().exclude(identity=identity).order_by("shard"))
            if strangers:
                self._exchange(strangers, identity, found.shards)
            else:
                # Of this identity alone: leases that another worker exchanged since are newer than our list of shards.
                self._retire({shard for one, shard in before if one in ("", identity)}, identity, found)
                self._add(identity, found.shards, TRIM_HORIZON._replace(passed=0) if before else start)
        return True

    def _all(self) -> Any:
        return Lease.objects.filter(application=self.application, stream=self.stream)

    def _current(self) -> Any:
        return current_leases(application=self.application, stream=self.stream)

    def _ended(self) -> list[str]:
        return list(self._current().filter(checkpoint=SHARD_END.kind).values_list("shard", flat=True))

    def _adopt(self, identity: str) -> None:
        """Gives leases of an older release the present identity, if their checkpoints can belong to such a stream."""
        nameless = self._current().filter(identity="")
        checkpoints = nameless.values_list("checkpoint", flat=True)
        if all(_fits(checkpoint, identity) for checkpoint in checkpoints):
            nameless.exclude(shard__in=self._all().filter(identity=identity).values("shard")).update(identity=identity)

    def _heal(self, identity: str) -> None:
        """Takes back leases whose `current` or `identity` was damaged: their shards would be read twice, or never.

        Leases are exchanged all at once. So where no identity or this one is current, every lease of it is current, and
        a current lease of another identity is one of it.
        """
        hidden = self._all().filter(identity=identity).exclude(current=True)
        renamed = self._current().exclude(identity=identity).defer("state")
        ours = set(self._all().filter(identity=identity).values_list("shard", flat=True))
        strays = [lease.pk for lease in renamed if lease.shard not in ours and _fits(lease.checkpoint, identity)]
        healed = hidden.update(current=True, owner="", expires=None)
        healed += self._all().filter(pk__in=strays).update(identity=identity, owner="", expires=None)
        if healed:
            logger.warning("%d leases of %s on %s were damaged and are current again.", healed, *self[:2])

    def _add(self, identity: str, shards: Collection[Shard], place: Position) -> None:
        known = set(self._all().filter(identity=identity).values_list("shard", flat=True))
        new = [self._lease(identity, shard, place) for shard in shards if shard.id not in known]
        Lease.objects.bulk_create(new, ignore_conflicts=True)

    def _lease(self, identity: str, shard: Shard, place: Position) -> Lease:
        return Lease(
            application=self.application,
            stream=self.stream,
            identity=identity,
            shard=shard.id,
            parents=list(shard.parents),
            checkpoint=str(place),
            hash_start=f"{shard.hash_start:032x}",
            hash_end=f"{shard.hash_end:032x}",
        )

    def _retire(self, known: set[str], identity: str, found: Description) -> None:
        """Ends the leases of shards that the stream no longer has, and logs which of their records expired unread."""
        unread = self._current().filter(identity=identity).exclude(checkpoint=SHARD_END.kind).defer("state")
        for lease in unread.filter(shard__in=known - {shard.id for shard in found.shards}):
            lost = _lost_with(lease, found)
            note = noted(lost, lease.watermark) if lost else {}
            Lease.objects.filter(pk=lease.pk).update(checkpoint=SHARD_END.kind, owner="", expires=None, **note)
            if lost:
                since = clock.from_datetime(lease.watermark) if lease.watermark else 0
                logger.warning("%s", lost_in_words(f"{lease.application} on {lease.stream}/{lease.shard}", lost, since))

    def _exchange(self, strangers: Sequence[Lease], identity: str, shards: Collection[Shard]) -> None:
        """Makes the leases of an identity current in place of the others, with the state of these."""
        states = self._load(_last(strangers))
        self._current().exclude(identity=identity).update(current=False, owner="", expires=None)
        ours = self._all().filter(identity=identity)
        again = ours.update(current=True, owner="", expires=None)
        self._add(identity, shards, TRIM_HORIZON._replace(passed=0) if again else TRIM_HORIZON)
        for lease in _heads(list(ours)):
            own = self._load([lease] if lease.state else ours.filter(shard__in=lease.parents))
            moment = clock.from_datetime(lease.watermark) if lease.watermark else 0
            state = self._inherited([*own, *states], covers(lease.hash_start, lease.hash_end), moment)
            lease_states.begin(lease, state, self.bounds)
        logger.warning(
            "The name %s leads to another stream than before: it was made anew, or STREAM_URL was changed. %s",
            self.stream,
            _where_it_begins(self.application, again=bool(again)),
        )

    def _load(self, leases: Iterable[Lease]) -> list[State]:
        """Returns the states of leases that have one; a damaged one is left out and told."""
        found = []
        for lease in leases:
            try:
                found += [lease_states.load(lease, self.bounds)[0]] if lease.state or lease.damage else []
            except DamagedStateError as error:
                logger.warning("A state of %s on %s is damaged and left out: %s", *self[:2], error)
        return found

    def _inherited(self, states: list[State], owns: Callable[[str], bool], moment: int) -> State:
        """Merges the states. A state that the application's decoder refuses is logged and left out."""
        sound: list[State] = []
        for state in states:
            try:
                self.inherit([state], owns, moment)
            except Exception as error:  # noqa: BLE001 - any error of a decoder on bytes that are not its own
                logger.warning("A state of %s on %s is damaged and left out: %s", *self[:2], error)
            else:
                sound.append(state)
        return self.inherit(sound, owns, moment)


def _where_it_begins(application: str, *, again: bool) -> str:
    if again:
        return f"{application} has read it before and goes on from its checkpoints there."
    return f"{application} reads it from its oldest record on."


def _fits(checkpoint: str, identity: str) -> bool:
    """Returns whether a checkpoint can belong to a stream with that identity;

    True for a damaged one, which its worker reports.
    """
    try:
        known, other = parse_checkpoint(checkpoint)
    except ValueError:
        return True
    sequences = [place.value for place in (*known.values(), other) if place.kind == From.AFTER_SEQUENCE_NUMBER]
    return all((value <= LARGEST) == identity.startswith(EMBEDDED) for value in sequences)


def _last(leases: Sequence[Lease]) -> list[Lease]:
    """Returns the leases whose states nobody has taken over yet.

    First come the ended leases whose children have not begun, then the rest.

    A child that has begun has taken over its parents' state, so its state comes later and replaces theirs.
    """
    begun = {lease.shard for lease in leases if lease.state or lease.checkpoint == SHARD_END.kind}
    children: dict[str, list[str]] = {lease.shard: [] for lease in leases}
    for lease in leases:
        for parent in lease.parents:
            children.setdefault(parent, []).append(lease.shard)
    ended = [lease for lease in leases if lease.checkpoint == SHARD_END.kind]
    awaited = [lease for lease in ended if not children[lease.shard] or set(children[lease.shard]) - begun]
    reading = [lease for lease in leases if lease.checkpoint != SHARD_END.kind]
    return [*awaited, *reading]


def _heads(leases: Sequence[Lease]) -> list[Lease]:
    """Returns the leases that can be read now: their children inherit from them, as always."""
    unread = {lease.shard for lease in leases if lease.checkpoint != SHARD_END.kind}
    return [lease for lease in leases if lease.shard in unread and not unread.intersection(lease.parents)]


def _lost_with(lease: Lease, found: Description) -> Lost | None:
    """Returns the records that a lease had not read of a shard that is gone; None if there are none."""
    if lease.shard == WHOLE:
        return None  # its reader reports the loss of each shard
    try:
        passed = Position.parse(lease.checkpoint).passed
    except ValueError:
        passed = None
    return unread(lease.shard, passed, found, clock.now())


def noted(lost: Lost, since: Any) -> dict[str, Any]:
    """Returns the columns of a lease that record a loss;

    `since` is the time up to which it had read, None if it had not.
    """
    return {
        "expired": F("expired") + (lost.records or 0),
        "expired_from": since,
        "expired_to": clock.to_datetime(lost.until),
    }
