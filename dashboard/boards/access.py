"""Decides which person may see and change a board: a viewer reaches nothing that is neither shared nor their own."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.models import User
from common.text import storable
from dashboard.boards.models import Board

Viewer = User | AnonymousUser  # pages and tokens let only users through


def visible(user: Viewer) -> QuerySet[Board]:
    """Returns the boards that a signed-in user may see."""
    return Board.objects.filter(~Q(seen_by=Board.OWNER) | Q(owner=user.pk))


def may_change(board: Board, user: Viewer) -> bool:
    """Returns whether a user may change a board: its owner, and staff if others may see it."""
    if board.owner_id == user.pk:
        return True
    return user.is_staff and (board.seen_by != Board.OWNER or board.owner_id is None)


def public(slug: str) -> Board | None:
    """Returns a board that anyone may see without signing in; None unless the site allows such boards."""
    if not settings.PUBLIC_BOARDS:
        return None
    return Board.objects.filter(slug=storable(slug), seen_by=Board.PUBLIC).first()


def choices() -> dict[str, str]:
    """Returns the groups that an owner may let see a board, in words."""
    return {name: words for name, words in Board.SEEN_BY.items() if settings.PUBLIC_BOARDS or name != Board.PUBLIC}
