"""Finds the pages of questions and the saved questions, for people who may ask."""

from collections.abc import Iterator

from django.urls import reverse

from accounts.models import User
from archive.access import may_ask
from archive.questions import saving
from common.finding import Hit, Person, fits

PAGES = {
    "ask-saved": ("Saved questions", "yours and those that others share"),
    "ask-history": ("History of questions", "what you asked"),
}


def find(text: str, person: Person, most: int) -> Iterator[Hit]:
    """Yields the pages, then the saved questions with the text in their titles."""
    user = person if isinstance(person, User) else None
    if user is None or not may_ask(user):
        return
    for name, (title, about) in PAGES.items():
        if fits(text, title, about):
            yield Hit("page", title, reverse(name), about)
    if text:
        for each in saving.visible(user).filter(title__icontains=text)[:most]:
            yield Hit("question", each.title, f"{reverse('ask')}?saved={each.pk}", "a saved question")
