"""The frame asks for one permission by one query, and gets what Django's own check says."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission

from accounts.models import User
from dashboard.navigation import has_right

pytestmark = pytest.mark.django_db
RIGHT = "archive.ask"


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize(("by", "expected"), [("", False), ("own", True), ("group", True), ("super", True)])
def test_right_is_what_django_says(by: str, expected: bool, active: bool) -> None:
    user = User.objects.create_user("ada", is_active=active, is_superuser=by == "super")
    right = Permission.objects.get(content_type__app_label="archive", codename="ask")
    if by == "own":
        user.user_permissions.add(right)
    if by == "group":
        group = Group.objects.create(name="askers")
        group.permissions.add(right)
        user.groups.add(group)
    assert (has_right(user, RIGHT), user.has_perm(RIGHT)) == (expected and active,) * 2


def test_nobody_has_no_right() -> None:
    assert has_right(AnonymousUser(), RIGHT) is False
