"""The frame marks the link of the part in which a page lies: each page of that part is named, and each name is one."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from dashboard.navigation import BOARDS, STREAMS, entries
from streams.applications import Navigation

# Acts that answer POST alone, or lead to another page at once, and pages that show no frame.
ACTS = {"dead-letter-change", "streams-list", "streams-state", "link-revoke", "sql-rollback", "sql-from-question"}
ACTS |= {"episode-acknowledge", "episode-by-name", "episode-note", "episode-silence", "acknowledge"}
ACTS |= {"alarm-duty-remove", "alarm-silence-end", "ask-saved-act", "asked-cancel"}


def pages(resolver: URLResolver, before: str = "/") -> Iterator[tuple[str, str]]:
    """Yields the address and the name of each route that may be a page."""
    for each in resolver.url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from pages(each, route)
        elif isinstance(each, URLPattern) and route.endswith("/") and each.name not in ACTS:
            yield route, str(each.name)


PAGES = [*pages(get_resolver())]


@pytest.mark.parametrize("entry", [*entries(), BOARDS, STREAMS], ids=lambda entry: entry.label)
def test_link_of_the_frame_names_the_pages_of_its_part(entry: Navigation) -> None:
    named = {entry.url, *entry.pages, *entry.within}
    assert named - {name for name in get_resolver().reverse_dict if isinstance(name, str)} == set()
    assert {name for route, name in PAGES if route.startswith(reverse(entry.url))} - named == set()
