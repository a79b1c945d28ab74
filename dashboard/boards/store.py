"""Keeps boards: makes, changes and deletes them, and takes changes back."""

import re

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.text import slugify

from dashboard.boards.models import MOST_SLUG, Board, BoardText
from dashboard.boards.reading import read
from streams.models import TopicVersion

MOST_BOARDS = 500
MOST_TEXTS = 20  # steps that undo can go back
SLUG = re.compile(r"[a-z0-9_]+(?:-[a-z0-9_]+)*")
TAKEN = {"new"}  # addresses below /boards/ that are no board


class ConflictError(Exception):
    """Means that somebody else changed the board meanwhile; the message is a sentence."""


class TooManyError(Exception):
    """Means that there are MOST_BOARDS; the message is a sentence."""


def topic(slug: str) -> str:
    """Returns the TopicVersion that grows with each change of a board."""
    return f"board:{slug}"


def normal(text: str) -> str:
    """Returns a text with the line ends that are stored, also at its end: browsers send CR and LF."""
    return text.replace("\r\n", "\n").removesuffix("\n") + "\n"


def make(text: str, owner: int | None, seen_by: str = Board.EVERYBODY, slug: str = "") -> Board:
    """Makes a board of a text under a slug, by default one of its title. Raises BoardError or TooManyError."""
    text = normal(text)
    title = read(text).title
    if Board.objects.count() >= MOST_BOARDS:
        raise TooManyError(f"There are {MOST_BOARDS} boards: delete one that nobody needs.")
    for name in [slug] if slug else slugs(title):
        try:
            with transaction.atomic():
                made = Board.objects.create(slug=name, title=title, text=text, owner_id=owner, seen_by=seen_by)
                _announce(name)
                return made
        except IntegrityError:
            if slug:
                raise
    raise AssertionError("slugs() has more names than there may be boards")


def change(board: Board, text: str, version: int | None = None) -> bool:
    """Gives a board another text and keeps the one before; returns whether it is another.

    `version` is that on which the change was based. Raises BoardError or ConflictError.
    """
    text = normal(text)
    title = read(text).title
    with transaction.atomic():
        before = _locked(board, version)
        if before.text == text:
            transaction.set_rollback(True)  # no change, so no new version
            return False
        BoardText.objects.create(board=before, text=before.text)
        kept = before.texts.order_by("-pk").values_list("pk", flat=True)[:MOST_TEXTS]
        before.texts.exclude(pk__in=list(kept)).delete()
        before.text, before.title = text, title
        _save(before)
    return True


def undo(board: Board, version: int | None = None) -> bool:
    """Gives a board the text that it had before the last change; returns whether there was one."""
    with transaction.atomic():
        before = _locked(board, version)
        last = before.texts.order_by("-pk").first()
        if last is None:
            transaction.set_rollback(True)
            return False
        before.text, before.title = last.text, read(last.text).title
        last.delete()
        _save(before)
    return True


def share(board: Board, seen_by: str) -> None:
    """Sets the people that may see a board."""
    with transaction.atomic():
        before = _locked(board, None)
        before.seen_by = seen_by
        _save(before)


def delete(board: Board) -> None:
    """Deletes a board with its earlier texts and its display links."""
    with transaction.atomic():
        board.delete()
        _announce(board.slug)


def _locked(board: Board, version: int | None) -> Board:
    """Returns the board as it is now, for a change: its version is raised at once, so that changes wait for another."""
    found = Board.objects.filter(pk=board.pk)
    raised = (found if version is None else found.filter(version=version)).update(version=F("version") + 1)
    if not raised:
        raise ConflictError("Somebody changed this board meanwhile. Look at it as it is now, then change it again.")
    return found.get()


def _save(board: Board) -> None:
    board.save()
    _announce(board.slug)


def _announce(slug: str) -> None:
    """Raises the version of the board's topic, in the transaction of the change."""
    name = topic(slug)
    if not TopicVersion.objects.filter(topic=name).update(version=F("version") + 1):
        TopicVersion.objects.bulk_create([TopicVersion(topic=name, version=1)], ignore_conflicts=True)


def is_slug(name: str) -> bool:
    """Returns whether a board may have this name in its address."""
    return len(name) <= MOST_SLUG and SLUG.fullmatch(name) is not None and name not in TAKEN


def slugs(title: str) -> list[str]:
    """Returns slugs for a title, the best first."""
    base = slugify(title)[: MOST_SLUG - 5].strip("-") or "board"
    names = [base, *(f"{base}-{number}" for number in range(2, MOST_BOARDS + 3))]
    return [name for name in names if name not in TAKEN]
