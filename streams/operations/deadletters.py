"""Lists, replays and discards dead letters for people.

Every change is conditional on the status: if a worker replays the same letter meanwhile, only one of the two succeeds.
"""

from collections.abc import Collection
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet

from common.text import storable
from streams.models import Audit, DeadLetter

Status = DeadLetter.Status
Letters = QuerySet[DeadLetter]


class Choice(NamedTuple):
    """Selects the letters that agree with every field that is given."""

    application: str | None = None
    ids: Collection[int] | None = None
    up_to: int | None = None  # this id and those before: the letters that were there when the page was made
    stream: str | None = None
    status: str | None = None
    kind: str | None = None  # of the error, as streams.core.error_kinds has it

    def __str__(self) -> str:
        """Returns the choice in words, for the audit."""
        which = "all" if self.ids is None else ", ".join(map(str, sorted(self.ids)))
        words = [self.application or "every application"]
        if self.stream is not None:
            words.append(f"on {self.stream}")
        if self.status is not None:
            words.append(f"in status {self.status}")
        if self.kind is not None:
            words.append(f"with error “{self.kind}”")
        return f"{' '.join(words)}: {which}"


class Group(NamedTuple):
    """Counts the letters of one application and stream with errors of one kind."""

    application: str
    stream: str
    kind: str
    letters: int
    kept: int
    newest: int  # the number of the newest


def chosen(choice: Choice) -> Letters:
    """Returns the selected letters, the newest first."""
    letters = DeadLetter.objects.order_by("-pk")
    for field in ("application", "stream", "status", "kind"):
        if (value := getattr(choice, field)) is not None:
            letters = letters.filter(**{field: value})
    if choice.ids is not None:
        letters = letters.filter(pk__in=choice.ids)
    return letters if choice.up_to is None else letters.filter(pk__lte=choice.up_to)


def groups(choice: Choice, most: int) -> list[Group]:
    """Returns at most `most` groups of the selected letters by kind of error, those with the most letters first."""
    letters = chosen(choice).order_by().values("application", "stream", "kind")
    counted = letters.annotate(
        letters=Count("pk"), kept=Count("pk", filter=Q(status=Status.KEPT)), newest=Max("pk")
    ).order_by("-letters", "application", "stream", "kind")
    return [Group(**row) for row in counted[:most]]


def replayable(choice: Choice) -> Letters:
    """Returns the kept letters, except those of which the database took only a part."""
    return chosen(choice).filter(status=Status.KEPT, whole_size=None)


def discardable(choice: Choice) -> Letters:
    return chosen(choice).filter(status__in=[Status.KEPT, Status.REPLAY])


def replay(choice: Choice, who: str) -> int:
    """Asks the worker to apply the letters as if they arrived now.

    Returns their number. Letters of another status stay as they are.
    """
    return _change(replayable(choice), Status.REPLAY, Audit(who=who, action="replay", target=_cut(choice)))


def discard(choice: Choice, who: str) -> int:
    """Marks the letters as never to be applied; their bytes stay.

    Returns their number. Applied and discarded ones stay as they are.
    """
    return _change(discardable(choice), Status.DISCARDED, Audit(who=who, action="discard", target=_cut(choice)))


def _change(letters: Letters, status: DeadLetter.Status, audit: Audit) -> int:
    with transaction.atomic():
        audit.count = letters.order_by().update(status=status)
        if audit.count:
            audit.save()
    return audit.count


def _cut(choice: Choice) -> str:
    return storable(str(choice), 200)  # characters: the column's width
