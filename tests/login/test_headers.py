"""Every answer has the headers that isolate our site from others."""

import re
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

ROOT = Path(__file__).resolve().parents[2]
ALWAYS = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
SIGN_IN = "/accounts/sign-in/"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (SIGN_IN, 200),
        ("/market/", 302),
        ("/nowhere/", 404),
        ("/live/market.json", 401),
        ("/static/dashboard/shell.js", 200),
        ("/static/nothing.js", 404),
        ("/accounts/sign-in/?next=%00", 400),
    ],
)
def test_every_response_has_the_isolation_headers(client: Client, address: str, status: int) -> None:
    answer = client.get(address)
    answer.close()
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "camera=()" in answer.headers["Permissions-Policy"]


@pytest.mark.parametrize("method", ["get", "options"])
@pytest.mark.parametrize("address", [SIGN_IN, "/live/market.json", "/market/minutes.csv", "/static/dashboard/shell.js"])
def test_response_has_no_cors_header(client: Client, address: str, method: str) -> None:
    asks = {"origin": "https://evil.example", "access-control-request-method": "GET"}
    answer = getattr(client, method)(address, headers=asks)
    answer.close()
    assert [name for name in answer.headers if name.lower().startswith("access-control-")] == []


def test_unknown_host_gets_a_message_and_the_isolation_headers(client: Client) -> None:
    answer = client.get(SIGN_IN, headers={"host": "evil.example"})
    assert (answer.status_code, "could not make sense" in answer.content.decode()) == (400, True)
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS


def test_crash_gets_a_message_and_the_isolation_headers(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("login.middleware._values", lambda request: 1 / 0)
    client.raise_request_exception = False
    answer = client.get(SIGN_IN)
    assert (answer.status_code, "could not make this page" in answer.content.decode()) == (500, True)
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS


def test_hsts_lasts_two_years(client: Client, settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 63072000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    answer = client.get(SIGN_IN, secure=True)
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"


def test_scripts_run_only_with_the_nonce_of_their_response(client: Client) -> None:
    nonces = []
    for _ in range(2):
        answer = client.get(SIGN_IN)
        page, policy = answer.content.decode(), answer.headers["Content-Security-Policy"]
        [nonce] = set(re.findall(r'nonce="([^"]+)"', page))
        assert f"script-src 'nonce-{nonce}' 'strict-dynamic';" in policy + ";"
        assert page.count(f'nonce="{nonce}"') == page.count("<script") + page.count("modulepreload")
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


def test_trusted_types_are_required(client: Client) -> None:
    policy = client.get(SIGN_IN).headers["Content-Security-Policy"].split("; ")
    assert {"require-trusted-types-for 'script'", "trusted-types 'none'"} <= set(policy)


def test_scripts_and_styles_of_templates_use_our_tags() -> None:
    """So that it has a digest and a nonce, and none is inline."""
    by_hand = re.compile(r"<script|<style|rel=.?stylesheet|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
    templates = [file for app in ("accounts", "dashboard", "login") for file in (ROOT / app).rglob("*.html")]
    assert len(templates) > 20
    assert [str(file.relative_to(ROOT)) for file in templates if by_hand.search(file.read_text())] == []
