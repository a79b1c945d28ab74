"""Finds boards."""

from collections.abc import Iterator

from django.db.models.functions import Length
from django.urls import reverse

from accounts.models import User
from common.finding import Hit, Person
from dashboard.boards import access


def find(text: str, person: Person, most: int) -> Iterator[Hit]:
    """Yields the boards that the person may see, with the text in their title."""
    if text and isinstance(person, User):
        found = access.visible(person).filter(title__icontains=text).order_by(Length("title"), "title", "pk")
        for title, slug in found.values_list("title", "slug")[:most]:
            yield Hit("board", title, reverse("board", args=[slug]))
