"""The links in the frame of every page: those of the applications, then the boards, then the operators'."""

from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from streams import applications
from streams.applications import Navigation

STREAMS = Navigation(
    label="Streams",
    url="streams",
    key="s",
    help="go to the streams",
    within=frozenset(
        {"dead-letters", "dead-letters-all", "dead-letter", "records", "records-by-name", "record", "record-by-name"}
        | {"stream", "stream-by-name", "stream-new", "stream-act", "stream-put", "forget-reader"}
    ),
    staff=True,
)


BOARDS = Navigation(
    label="Boards",
    url="boards",
    key="b",
    help="go to the boards",
    about="Pages that people made of numbers, curves and alarms",
    within=frozenset({"board", "board-new", "board-edit", "board-text", "board-links", "panel-new", "panel-edit"}),
)


class Link(NamedTuple):
    """A link of the frame; `current` and `within` say where the reader is."""

    entry: Navigation
    current: bool
    within: bool


def entries() -> list[Navigation]:
    """Returns the navigation of each application, in the order in which they registered, then that of providers."""
    return [each.navigation for each in applications.shown() if each.navigation]


def links(request: HttpRequest) -> list[Link]:
    """Returns the links that the user may follow."""
    here = request.resolver_match.url_name if request.resolver_match else None
    user = getattr(request, "user", None)
    return [
        Link(entry, here == entry.url or here in entry.pages, here in entry.within)
        for entry in [*entries(), BOARDS, STREAMS]
        if may_follow(entry, user)
    ]


def may_follow(entry: Navigation, user: Any) -> bool:
    """Returns whether a user may see the page of an entry; staff see all."""
    if user is not None and user.is_staff:
        return True
    return not entry.staff and (not entry.permission or (user is not None and user.has_perm(entry.permission)))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Leads to the first application's page, else to the session's."""
    first = next(iter(entries()), None)
    return redirect(first.url if first else "success")
