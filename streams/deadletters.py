"""Dead letters in the hands of people: which there are, to replay them, to discard them.

Every change is conditional on the status: of it and a worker that is replaying the same letter, one wins, one loses.
"""

from collections.abc import Collection
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from streams.models import Audit, DeadLetter
from streams.storable import storable

Status = DeadLetter.Status
Letters = QuerySet[DeadLetter]


class Choice(NamedTuple):
    """Which letters are meant: those that agree with everything that is given."""

    application: str | None = None
    ids: Collection[int] | None = None
    up_to: int | None = None  # this id and those before: what had come when somebody looked

    def __str__(self) -> str:
        """In words, for the audit."""
        which = "all" if self.ids is None else ", ".join(map(str, sorted(self.ids)))
        return f"{self.application or 'every application'}: {which}"


def chosen(choice: Choice) -> Letters:
    """Newest first."""
    letters = DeadLetter.objects.order_by("-pk")
    if choice.application is not None:
        letters = letters.filter(application=choice.application)
    if choice.ids is not None:
        letters = letters.filter(pk__in=choice.ids)
    return letters if choice.up_to is None else letters.filter(pk__lte=choice.up_to)


def replayable(choice: Choice) -> Letters:
    """Kept letters, except those of which the database took only a part."""
    return chosen(choice).filter(status=Status.KEPT, whole_size=None)


def discardable(choice: Choice) -> Letters:
    return chosen(choice).filter(status__in=[Status.KEPT, Status.REPLAY])


def replay(choice: Choice, who: str) -> int:
    """Asks the worker to apply them as if they arrived now; how many. Those that are not kept stay as they are."""
    return _change(replayable(choice), Status.REPLAY, Audit(who=who, action="replay", target=_cut(choice)))


def discard(choice: Choice, who: str) -> int:
    """They will not be applied, but stay to be looked at; how many. Those applied or discarded stay as they are."""
    return _change(discardable(choice), Status.DISCARDED, Audit(who=who, action="discard", target=_cut(choice)))


def _change(letters: Letters, status: DeadLetter.Status, audit: Audit) -> int:
    with transaction.atomic():
        audit.count = letters.order_by().update(status=status)
        if audit.count:
            audit.save()
    return audit.count


def _cut(choice: Choice) -> str:
    return storable(str(choice), 200)  # characters: the column's width
