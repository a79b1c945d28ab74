"""Reads the filters by which lists of alarms are narrowed, and writes them into addresses."""

from collections.abc import Collection
from urllib.parse import urlencode

from django.http import HttpRequest

from common.text import storable
from dashboard.periods import Period

EVER = "400d"  # the time that lists show unless another is asked for: all that is kept
MOST_TEXT = 200  # characters of a filter


def asked_of(request: HttpRequest, names: Collection[str], **known: Collection[str]) -> dict[str, str]:
    """Returns the filters of a request by name, "" for those that are not given.

    `known` holds the values that a filter may have: any other counts as none.
    """
    found = {name: storable(request.GET.get(name, "").strip(), MOST_TEXT) for name in names}
    return found | {name: found[name] if found[name] in values else "" for name, values in known.items()}


def query(asked: dict[str, str], period: Period) -> str:
    """Returns the parameters of an address that shows the same filters and time; "" for all that is kept."""
    given = urlencode({name: value for name, value in asked.items() if value})
    return "&".join(filter(None, [given, "" if period.usual else period.query]))
