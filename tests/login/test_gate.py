"""Every address asks for a sign-in: new ones are covered as soon as they are in the URL configuration."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from monitoring import logs

PUBLIC = {  # all that a stranger may see; the second step leads back to the first
    *("accounts/sign-in/", "accounts/sign-in/passkey/", "accounts/two-factor/", "accounts/invitation/<str:secret>/"),
    *("accounts/password/reset/", "accounts/password/reset/<uidb64>/<token>/", "reports/csp/"),
    # One board, by the secret in its address or by the setting PUBLIC_BOARDS.
    *("display/<str:token>/", "display/<str:token>/data.json", "public/<slug:slug>/", "public/<slug:slug>/data.json"),
    "status/",  # by the setting PROBES_STATUS_PAGE
    "alarms/acknowledge/<str:token>/",  # one alarm, once, by the signed token that a message has
}

PROBES = {"/livez", "/readyz"}  # answered before any view is asked: for load balancers, without details

SAMPLES = {"str": "x", "slug": "x", "path": "x", "int": "1", "uuid": "00000000-0000-0000-0000-000000000000"}


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for each in resolver.url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLPattern):
            yield route
        else:
            yield from routes(each, route)


def sample(route: str) -> str:
    """An address that the route matches. A KeyError asks for a sample of a new kind of part."""
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda part: SAMPLES[part[1] or "str"], route)


ROUTES = sorted(routes(get_resolver()))


def test_the_list_of_public_addresses_is_up_to_date() -> None:
    assert set(ROUTES) >= PUBLIC
    assert set(logs.PROBES) == PROBES


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
@pytest.mark.parametrize("route", [route for route in ROUTES if route not in PUBLIC])
def test_stranger_is_redirected_to_sign_in(client: Client, db: None, route: str, method: str) -> None:
    answer = getattr(client, method)(sample(route))
    to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/sign-in/?next=")
    assert to_sign_in or answer.status_code == 401
    assert not answer.cookies
