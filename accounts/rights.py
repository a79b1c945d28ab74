"""Lets administrators give viewers a right that an application has offered, and take it back.

A right is one of Django's permissions. The pages ask the application whether it holds; staff have every right.
"""

from django.contrib.auth.models import Permission
from django.http import HttpRequest

from accounts import events
from accounts.models import User
from accounts.people import VERBS, Verb


def offer(slug: str, permission: str, may: str, about: str) -> None:
    """Adds the acts `let-SLUG` and `forbid-SLUG` to the page of a person.

    `permission` is APP.CODENAME; `may` continues a sentence: "write SQL applications". `about` is a sentence of its own
    that says how far the right goes.
    """

    def let(user: User, admin: User, request: HttpRequest) -> str:
        user.user_permissions.add(_row(permission))
        return _noted(user, admin, request, f"may {may}")

    def forbid(user: User, admin: User, request: HttpRequest) -> str:
        user.user_permissions.remove(_row(permission))
        return _noted(user, admin, request, f"may no longer {may}")

    def given(user: User) -> bool:
        return user.is_active and not user.is_staff and user.user_permissions.filter(pk=_row(permission).pk).exists()

    def missing(user: User) -> bool:
        return user.is_active and not user.is_staff and not user.has_perm(permission)

    VERBS[f"let-{slug}"] = Verb(f"Let {may}", missing, lambda user: f"{user.get_username()} may {may}. {about}", let)
    VERBS[f"forbid-{slug}"] = Verb(
        f"Forbid to {may}",
        given,
        lambda user: f"{user.get_username()} may no longer {may}. Everything made so far stays.",
        forbid,
    )


def _row(permission: str) -> Permission:
    app, _, codename = permission.partition(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def _noted(user: User, admin: User, request: HttpRequest, label: str) -> str:
    events.record("user.changed", user=user, request=request, by=admin.get_username(), label=label)
    return f"{user.get_username()} {label}."
