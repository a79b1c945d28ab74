"""Finds SQL applications."""

from collections.abc import Iterator

from django.db.models.functions import Length
from django.urls import reverse

from common.finding import Hit, Person
from sql.live.models import SqlApplication


def find(text: str, person: Person, most: int) -> Iterator[Hit]:
    """Yields the applications with the text in their name."""
    if text:
        found = SqlApplication.objects.filter(name__icontains=text, active__gt=0).order_by(Length("name"), "name")
        for name, stream in found.values_list("name", "stream")[:most]:
            yield Hit("SQL application", name, reverse("sql-application", args=[name]), f"reads {stream}")
