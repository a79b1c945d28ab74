"""No page or mail in allauth's own look or words can be reached."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern

from accounts.urls import urlpatterns

VIEWS = {each.name: each.callback for each in urlpatterns if isinstance(each, URLPattern)}


def allauths() -> Iterator[tuple[str, type]]:
    for name, view in VIEWS.items():
        made_of = getattr(view, "view_class", None)
        if made_of and any(each.__module__.startswith("allauth") for each in made_of.__mro__):
            yield str(name), made_of


@pytest.mark.parametrize(("name", "view"), [*allauths()], ids=str)
def test_allauth_views_in_use_show_our_templates(name: str, view: type) -> None:
    assert view.__module__.startswith("accounts.views")
    template = getattr(view, "template_name", None)
    assert (name == "mfa_login_webauthn" and template is None) or str(template).startswith("accounts/")


def test_unused_allauth_views_have_no_address() -> None:
    unwanted = ["account_signup", "account_email", "account_inactive", "account_set_password", "mfa_trust"]
    assert [name for name in unwanted if name in VIEWS] == []
