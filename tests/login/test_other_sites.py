"""Other sites may make a browser follow a link to us, and nothing else."""

import pytest
from django.test import Client
from pytest_django import Settings

from login.websocket_origin import is_ours

SIGN_IN = "/accounts/sign-in/"
LINK = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}, LINK])
def test_own_pages_typed_addresses_old_browsers_and_links_pass(client: Client, headers: dict[str, str]) -> None:
    assert client.get(SIGN_IN, headers=headers).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "something-new"])
@pytest.mark.parametrize(
    "change",
    [
        {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"},
        {"sec-fetch-dest": "iframe"},
        {"sec-fetch-dest": "object"},
        {"sec-fetch-dest": ""},
    ],
)
def test_content_loaded_by_other_sites_is_refused(client: Client, site: str, change: dict[str, str]) -> None:
    answer = client.get(SIGN_IN, headers=LINK | {"sec-fetch-site": site} | change)
    assert (answer.status_code, "Another site asked for this" in answer.content.decode()) == (403, True)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_requests_sent_by_other_sites_are_refused(client: Client, method: str, site: str) -> None:
    answer = getattr(client, method)(SIGN_IN, headers=LINK | {"sec-fetch-site": site})
    assert answer.status_code == 403


def test_static_files_are_refused_to_other_sites(client: Client) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"}
    assert client.get("/static/dashboard/shell.js", headers=headers).status_code == 403


@pytest.mark.parametrize(
    ("origin", "host", "expected"),
    [
        ("https://streams.example.org", "streams.example.org", True),
        ("https://streams.example.org:8443", "streams.example.org:8443", True),
        ("https://friend.example", "streams.example.org", True),
        ("http://streams.example.org", "streams.example.org", False),
        ("https://streams.example.org", "streams.example.org:8443", False),
        ("https://streams.example.org:8443", "streams.example.org", False),
        ("https://evil.example", "evil.example", False),
        ("https://evil.example", "streams.example.org", False),
        ("https://streams.example.org.evil.example", "streams.example.org", False),
        ("null", "streams.example.org", False),
        ("", "streams.example.org", False),
        ("", "", False),
        ("https://", "", False),
    ],
)
def test_sockets_open_only_for_our_own_origin(settings: Settings, origin: str, host: str, expected: bool) -> None:
    settings.SESSION_COOKIE_SECURE, settings.ALLOWED_HOSTS = True, ["streams.example.org"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://friend.example"]
    assert is_ours(origin, host) is expected


@pytest.mark.parametrize(("secure", "expected"), [(False, True), (True, False)])
def test_sockets_over_plain_http_open_only_in_development(settings: Settings, secure: bool, expected: bool) -> None:
    settings.SESSION_COOKIE_SECURE = secure
    assert is_ours("http://localhost:8000", "localhost:8000") is expected
