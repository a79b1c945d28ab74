"""Computes the time before which rows may be removed."""

from datetime import UTC, datetime, timedelta

NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # before every row


def kept_since(now: datetime, days: int) -> datetime:
    """Returns the time before which rows may go; with 0 days, no row ever may."""
    return max(NEVER, now - timedelta(days=min(days, 36500))) if days else NEVER
