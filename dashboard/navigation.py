"""The links in the frame of every page: those of the applications, then the boards, then the operators'."""

from typing import Any, NamedTuple

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.models import User
from streams import applications
from streams.applications import Navigation
from streams.models.kept import Kept

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
    within=frozenset({"board", "board-new", "board-edit", "board-text", "link-new", "panel-new", "panel-edit"}),
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
    found: list[Link] | None = getattr(request, "_links", None)  # two parts of a page ask for them
    if found is None:
        here = request.resolver_match.url_name if request.resolver_match else None
        user = getattr(request, "user", None)
        found = request._links = [  # type: ignore[attr-defined]
            Link(entry, here == entry.url or here in entry.pages, here in entry.within)
            for entry in [*entries(), BOARDS, STREAMS]
            if may_follow(entry, user)
        ]
    return found


def may_follow(entry: Navigation, user: Any) -> bool:
    """Returns whether a user may see the page of an entry; staff see all."""
    if user is not None and user.is_staff:
        return True
    return not entry.staff and (not entry.permission or (user is not None and has_right(user, entry.permission)))


def has_right(user: Any, permission: str) -> bool:
    """Returns what user.has_perm returns, by one query for each permission, not two for all."""
    if not user.is_active or user.is_anonymous or user.is_superuser:
        return bool(user.is_active and user.is_superuser)
    return bool(_RIGHTS.rows(user.pk, *permission.split(".")))


def _rights(user: int, label: str, codename: str) -> QuerySet[Any, Any]:
    found = Permission.objects.filter(content_type__app_label=label, codename=codename)
    own = User.user_permissions.through._default_manager.filter(user_id=user).values("permission_id")
    of_groups = Group.permissions.through._default_manager.filter(group__user=user).values("permission_id")
    return found.filter(Q(pk__in=own) | Q(pk__in=of_groups)).order_by().values_list("pk")


_RIGHTS = Kept(_rights)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Leads to the first application's page, else to the session's."""
    first = next(iter(entries()), None)
    return redirect(first.url if first else "success")
