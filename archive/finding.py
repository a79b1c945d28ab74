"""Finds the pages of questions and the saved questions, for users with the permission to ask."""

from collections.abc import Iterator

from django.urls import reverse

from accounts.models import User
from archive.access import may_ask
from archive.models import FileTable
from archive.questions import saving
from common.finding import Hit, Person, fits

PAGES = {
    "ask-saved": ("Saved questions", "yours and those that others share"),
    "ask-history": ("History of questions", "what you asked"),
}

TABLES = ("Tables of files", "delimited files and access logs for questions")


def find(text: str, person: Person, most: int) -> Iterator[Hit]:
    """Yields the pages, then the saved questions with the text in their titles."""
    user = person if isinstance(person, User) else None
    if user is None or not may_ask(user):
        return
    for name, (title, about) in PAGES.items():
        if fits(text, title, about):
            yield Hit("page", title, reverse(name), about)
    if user.is_staff and fits(text, *TABLES):
        yield Hit("page", TABLES[0], reverse("tables"), TABLES[1])
    if text:
        if user.is_staff:
            for name in FileTable.objects.filter(name__icontains=text).values_list("name", flat=True)[:most]:
                yield Hit("table", name, reverse("table", args=[name]), "a table made of files")
        for each in saving.visible(user).filter(title__icontains=text)[:most]:
            yield Hit("question", each.title, f"{reverse('ask')}?saved={each.pk}", "a saved question")
