"""Saves questions under titles, and finds those that a person may see."""

from django.db.models import Q, QuerySet

from accounts.models import User
from archive.models import SavedQuestion
from archive.questions.asking import LONGEST
from archive.questions.models import MOST_TITLE
from common.text import one_line, storable

MOST = 200  # questions of one person


class NotSavedError(Exception):
    """Says in a sentence why a question is not saved."""


def visible(user: User) -> QuerySet[SavedQuestion]:
    """Returns the person's own questions and the shared ones, by title."""
    return SavedQuestion.objects.filter(Q(owner=user) | Q(shared=True)).select_related("owner").order_by("title", "pk")


def save(user: User, title: str, text: str, *, shared: bool) -> SavedQuestion:
    """Saves a question; one of the same person and title is replaced. Raises NotSavedError."""
    title = one_line(storable(title), MOST_TITLE).strip()
    if not title:
        raise NotSavedError("Give the question a title.")
    if not text.strip() or len(text) > LONGEST:
        raise NotSavedError(f"Write a question of at most {LONGEST:,} characters.")
    mine = SavedQuestion.objects.filter(owner=user)
    if mine.count() >= MOST and not mine.filter(title=title).exists():
        raise NotSavedError(f"You have saved {MOST} questions; remove one first.")
    saved, _ = SavedQuestion.objects.update_or_create(
        owner=user, title=title, defaults={"text": text, "shared": shared}
    )
    return saved
