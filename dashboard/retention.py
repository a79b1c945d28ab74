"""Says which rows of the dashboard go after a time, for the janitor."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model, Q, QuerySet

from common.retention import kept_since
from dashboard.boards.models import Board, BoardText, DisplayLink
from dashboard.steps.models import RowStep

ENDED = timedelta(days=30)  # a display link is kept for this long after its end
NOT_GROWING: dict[type[Model], str] = {
    Board: "as many as people make, at most 500",
    BoardText: "at most 20 for each board",
}


def outlived(now: datetime) -> dict[type[Model], QuerySet[Any]]:
    """Returns the display links that ended a month ago, and the sums of steps past RETENTION_STEPS."""
    ended = Q(revoked__lt=now - ENDED) | Q(expires__lt=now - ENDED)
    since = int(kept_since(now, settings.RETENTION_STEPS).timestamp())
    return {
        DisplayLink: DisplayLink.objects.filter(ended),
        RowStep: RowStep.objects.filter(start__lt=since) if since > 0 else RowStep.objects.none(),
    }
