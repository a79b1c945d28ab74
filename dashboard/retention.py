"""Says which rows of the dashboard go after a time, for the janitor."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, Q, QuerySet

from dashboard.boards.models import Board, BoardText, DisplayLink

ENDED = timedelta(days=30)  # that a display link stays after its end
NOT_GROWING: dict[type[Model], str] = {
    Board: "as many as people make, at most 500",
    BoardText: "at most 20 for each board",
}


def outlived(now: datetime) -> dict[type[Model], QuerySet[Any]]:
    """Returns the display links that ended a month ago."""
    ended = Q(revoked__lt=now - ENDED) | Q(expires__lt=now - ENDED)
    return {DisplayLink: DisplayLink.objects.filter(ended)}
