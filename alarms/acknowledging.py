"""Acknowledges episodes, on their page or by the one-time link of a message, and keeps notes on them.

An acknowledgement ends with its episode. A link is signed, so that nothing of it is stored; it works once, and no
longer than its episode is open.
"""

from datetime import UTC, datetime

from django.db import transaction

from alarms import links
from alarms.models import Episode, Target
from common.text import storable
from streams.models import Audit

MOST_NOTE, MOST_NOTES = 500, 10_000  # characters of one note, and of all on an episode


class RefusedError(ValueError):
    """Means that an act is refused; the message is a sentence for people. `field` is the one at fault, "" for none."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


@transaction.atomic
def acknowledge(number: int, who: str, now: datetime, note: str = "") -> Episode:
    """Notes that somebody takes care of an open episode. Raises RefusedError, and Episode.DoesNotExist."""
    episode = Episode.objects.select_for_update().select_related("rule").get(pk=number)
    if episode.ended:
        raise RefusedError("The alarm has ended already: nothing is left to acknowledge.")
    if episode.acknowledged:
        raise RefusedError(f"{episode.acknowledged_by} has acknowledged it already.")
    episode.acknowledged, episode.acknowledged_by = now, who[:150]
    if note.strip():
        episode.note = _with_note(episode.note, note, who, now)
    episode.save(update_fields=["acknowledged", "acknowledged_by", "note"])
    audit(who, "acknowledge", episode)
    return episode


@transaction.atomic
def add_note(number: int, who: str, now: datetime, note: str) -> Episode:
    """Adds a note to an episode, also to one that ended. Raises RefusedError, and Episode.DoesNotExist."""
    episode = Episode.objects.select_for_update().select_related("rule").get(pk=number)
    if not note.strip():
        raise RefusedError("Write a note first.")
    episode.note = _with_note(episode.note, note, who, now)
    episode.save(update_fields=["note"])
    return episode


def _with_note(before: str, note: str, who: str, now: datetime) -> str:
    """Returns the notes with one more, a line each. Raises RefusedError."""
    words = " ".join(storable(note, MOST_NOTE + 1).split())
    if len(words) > MOST_NOTE:
        raise RefusedError(f"A note has at most {MOST_NOTE} characters.")
    notes = f"{before}{now.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {who}: {words}\n"
    if len(notes) > MOST_NOTES:
        raise RefusedError(f"The notes of an alarm have at most {MOST_NOTES:,} characters.")
    return notes


def audit(who: str, action: str, episode: Episode) -> None:
    """Records an act on an episode, in the caller's transaction."""
    target = f"{episode.rule.name[:64]} {episode.key[:100]} ({episode.pk})"
    Audit.objects.create(who=who[:150], action=action, target=target, count=0)


def find(token: str) -> tuple[Episode, str] | None:
    """Returns the episode of a link and the name of its target; `usable` says whether it can still acknowledge."""
    opened = links.opened(token)
    if opened is None:
        return None
    name, target = opened
    found = Episode.objects.filter(name=name).select_related("rule").first()
    told = Target.objects.filter(pk=target).first()
    return (found, told.name if told else "a target that was removed") if found else None


def usable(episode: Episode) -> bool:
    """Returns whether a link can acknowledge the episode: once, and while it is open."""
    return not episode.ended and not episode.acknowledged


def use(token: str, now: datetime, note: str = "") -> Episode:
    """Acknowledges by a link, in the name of its target. Raises RefusedError for a link that is of no use any more."""
    found = find(token)
    if found is None:
        raise RefusedError("This link is of no alarm.")
    episode, target = found
    return acknowledge(episode.pk, f"the link sent to {target}", now, note)
