"""Finds the pages of the frame and, for staff, streams."""

from collections.abc import Iterator

from django.urls import reverse

from common.finding import Hit, Person, fits
from dashboard import links, navigation
from streams import api


def find_pages(text: str, person: Person, most: int) -> Iterator[Hit]:
    """Yields the pages that the frame links to, and those below the streams."""
    pages = [
        Hit("page", each.label, reverse(each.url), _half(each.about))
        for each in [*navigation.entries(), navigation.BOARDS]
        if navigation.may_follow(each, person)
    ]
    if person.is_staff:
        pages += [
            Hit("page", "Streams", reverse("streams"), "their records, shards and readers"),
            Hit("page", "Dead letters", reverse("dead-letters"), "records that no worker could apply"),
            Hit("page", "New stream", reverse("stream-new"), "make a stream"),
        ]
    yield from [page for page in pages if fits(text, page.title, page.about)][:most]


def find_streams(text: str, person: Person, most: int) -> Iterator[Hit]:
    """Yields streams whose name holds the text, for staff; none while the stream service does not answer."""
    if not text or not person.is_staff:
        return
    fitting = (name for name in api.names_for_a_look() if text.casefold() in name.casefold())
    for name in sorted(fitting, key=lambda name: (len(name), name))[:most]:
        yield Hit("stream", name, links.to_stream(name))


def _half(sentence: str) -> str:
    """Returns a sentence as half a one, as all that is found has it: with a small first letter, unless it is SQL."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]
