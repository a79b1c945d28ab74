"""Strangers cannot make an error of ours: every address that is open to them, with bodies that no browser sends."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.test import Client, RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from login.unreadable import AsgiRequest, WsgiRequest
from tests.accounts.test_passwords_pages import NEW
from tests.deployment import ROOT
from tests.login.test_gate import PUBLIC, sample

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
KINDS = [FORM, JSON, "application/csp-report", "multipart/form-data", "multipart/form-data; boundary=x", "", "\xff"]
CHARSETS = ["utf-8", "utf-7", "utf-16", "rot13", "idna", "hex", "undefined", "x" * 300, "punycode", "unicode_escape"]
TYPES = [*KINDS, *(f"{kind}; charset={charset}" for kind in (FORM, JSON) for charset in CHARSETS)]
UNREADABLE = [f"{FORM}; {parameter}" for parameter in ("charset=a\0b", "charset*=x''a", "charset*=a%00''b", "x*=\0''b")]
DIGITS = b"9" * 4999
BODIES = [
    *(b"", b"\xff\xfe", b"[" * 9000, b"--x\r\n\r\n", b"NaN", b'"\\ud800"', b"%", b"=&" * 500, b"&" * 3000),
    *(b"credential=" + text for text in (DIGITS, b"[" * 9000, b"%00", b"%ff", b"1e9999", b"+AGE-")),
    *(
        b'{"csp-report":{"blocked-uri":"' + text + b'"}}'
        for text in (b"http://[", b"//[::1", b"\\u0000", b"a://\\u2100")
    ),
    *(b'[{"body":{"documentURL":"' + text + b'"}}]' for text in (b"http://]", b"http://a@[b", b"\xff")),
    b'{"csp-report":' + DIGITS + b"}",
    b"typed=%00&username=%00&password=" + DIGITS + b"&begin=1&password1=" + NEW.replace(" ", "+").encode(),
]
PATHS = sorted(sample(route) for route in PUBLIC)


@pytest.mark.parametrize(("number", "path"), list(enumerate(PATHS)))
def test_known_hostile_bodies_make_no_server_error(client: Client, db: None, number: int, path: str) -> None:
    """Each address gets each body as a form and as JSON, and a third of the other pairs; all pairs are tried."""
    client.raise_request_exception = False
    found = {
        (kind, body[:40]): client.generic("POST", path, body, content_type=kind).status_code
        for row, kind in enumerate(TYPES)
        for column, body in enumerate(BODIES)
        if kind in (FORM, JSON) or (row + column) % 3 == number % 3
        if not (body and kind.startswith("multipart") and len(body) > 1000)
    }
    assert {case: status for case, status in found.items() if status >= 500} == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", PATHS)
def test_random_bodies_at_sampled_addresses_make_no_server_error(path: str) -> None:
    @settings(max_examples=40, deadline=None)
    @given(kind=st.sampled_from(TYPES) | st.text(st.characters(max_codepoint=255)), body=st.binary(max_size=300))
    def try_one(kind: str, body: bytes) -> None:
        client = Client(raise_request_exception=False)
        assert client.generic("POST", path, body, content_type=kind).status_code < 500

    try_one()


def status(path: str, kind: bytes, body: bytes, query: bytes = b"a=%ff") -> tuple[int, bool]:
    """Returns the status that an ASGI server would send for a POST, and whether it has our headers."""
    sent = list[dict[str, Any]]()
    received: Iterator[dict[str, Any]] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        try:
            return next(received)
        except StopIteration:
            await asyncio.sleep(60)  # the client says no more
            raise

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", kind), (b"content-length", str(len(body)).encode())]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": query, "headers": headers}
    pages = get_asgi_application()
    pages.request_class = AsgiRequest  # as login.asgi does
    asyncio.run(pages(scope | {"scheme": "http", "http_version": "1.1"}, receive, send))
    return sent[0]["status"], b"Content-Security-Policy" in dict(sent[0]["headers"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", [*TYPES, f"{FORM}; charset*=utf-7''x", f"{FORM}; charset=", *UNREADABLE])
def test_unreadable_type_gets_our_response_over_asgi(kind: str) -> None:
    code, ours = status("/reports/csp/", kind.encode("latin-1"), b"a=%ff&b=+AGE-")
    assert (code < 500, ours) == (True, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", [*TYPES, *UNREADABLE])
def test_address_of_many_parameters_is_refused_over_asgi_with_any_type(kind: str) -> None:
    assert status("/reports/csp/", kind.encode("latin-1"), b"", b"&" * 3000) == (400, True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("query", ["", "a=%ff", "&" * 3000])
@pytest.mark.parametrize("kind", UNREADABLE)
def test_unreadable_type_is_refused_over_wsgi(kind: str, query: str) -> None:
    started = list[str]()
    pages = get_wsgi_application()
    pages.request_class = WsgiRequest  # as login.wsgi does
    environ = RequestFactory().generic("POST", f"/reports/csp/?{query}", b"a=1").environ | {"CONTENT_TYPE": kind}
    answer = pages(environ, lambda line, headers: started.append(line))  # type: ignore[arg-type]
    answer.close()
    assert started == ["400 Bad Request" if len(query) > 1000 else "415 Unsupported Media Type"]


def test_unreadable_types_are_refused_by_both_servers() -> None:
    names = "asgi.pages.request_class.__name__, wsgi.application.request_class.__name__"
    code = f"from login import asgi, wsgi; print({names})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split() == ["AsgiRequest", "WsgiRequest"]
