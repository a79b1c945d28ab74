"""Forged proxy headers, requests over plain HTTP, and the declared types of files."""

import json
import re
from contextlib import closing
from urllib.parse import urlencode

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.deploy.site_client import SiteClient, add_person
from tests.deploy.stack import HOST, Stack
from tests.deploy.test_stack import said as answered
from tests.deploy.test_stack import status

pytestmark = pytest.mark.xdist_group("deployed")

FORGED = {
    **dict.fromkeys(("X-Forwarded-For", "X-Real-IP"), "203.0.113.9"),
    "Forwarded": "for=203.0.113.9;host=evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Request-ID": "forged",
}


def asked(stack: Stack, path: str, *headers: str, tls: bool = True) -> bytes:
    lines = "".join(f"{line}\r\n" for line in (f"Host: {HOST}", "Connection: close", *headers))
    request = f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()
    return answered(stack.port if tls else stack.plain_port, request, tls=stack.trust() if tls else None)


def test_forged_headers_change_no_address_host_or_scheme(stack: Stack) -> None:
    client = SiteClient(stack)
    _, page = client.ask("/accounts/sign-in/")
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    body = urlencode(form | {"username": "nobody", "password": "wrong"})
    headers = {"Cookie": client.cookie, "Origin": stack.url, "Content-Type": "application/x-www-form-urlencoded"}
    with closing(client.line) as line:
        line.request("POST", "/accounts/sign-in/", body, headers | FORGED)
        answer = line.getresponse()
        assert (answer.status, b"evil.example" in answer.read()) == (200, False)
    *_, said = [each for each in (stack.folder / "login.log").read_text().splitlines() if '"sign-in.failed"' in each]
    event = json.loads(said)
    assert (event["address"], event["request"] != "forged") == ("127.0.0.1", True)


def test_redirect_ignores_a_forged_host(stack: Stack) -> None:
    head = asked(stack, "/market/", *(f"{name}: {value}" for name, value in FORGED.items()))
    assert (status(head), re.findall(rb"\r\nLocation: (.*)\r", head)) == (302, [b"/accounts/sign-in/?next=/market/"])


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
def test_socket_of_another_origin_is_refused_with_forged_headers(stack: Stack, origin: str | None) -> None:
    address = stack.url.replace("https", "wss") + "/ws/live/"
    with pytest.raises(InvalidStatus) as refused:
        connect(
            address,
            ssl=stack.trust(),
            origin=Origin(origin) if origin else None,
            additional_headers=FORGED,
            open_timeout=60,
        ).close()
    assert refused.value.response.status_code == 403


def test_socket_opens_for_our_own_page(stack: Stack) -> None:
    add_person(stack, "ada")
    client = SiteClient(stack).sign_in("ada")
    client.line.close()
    headers, address = {"Cookie": client.cookie}, stack.url.replace("https", "wss") + "/ws/live/"
    mine = Origin(stack.url)
    with connect(address, ssl=stack.trust(), origin=mine, additional_headers=headers, open_timeout=60) as socket:
        socket.send('{"subscribe": ["market"]}')
        assert any('"market"' in str(socket.recv(20)) for _ in range(5))


@pytest.mark.parametrize(
    ("path", "header"),
    [("/live/market.json", "X: y"), ("/ws/live/", "X: y"), ("/market/minutes.csv", "Authorization: Bearer x")],
)
def test_script_request_over_plain_http_is_not_redirected(stack: Stack, path: str, header: str) -> None:
    assert status(asked(stack, path, header, tls=False)) == 403


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        (r"/static/[^\"]+\.js", "application/javascript; charset=utf-8"),
        (r"/static/[^\"]+\.css", "text/css; charset=utf-8"),
        (r"/static/[^\"]+\.svg", "image/svg+xml; charset=utf-8"),
        (r"/accounts/sign-in/", "text/html; charset=utf-8"),
    ],
)
def test_responses_declare_type_and_charset(stack: Stack, pattern: str, kind: str) -> None:
    page = stack.get("/accounts/sign-in/")[1].decode() + "/accounts/sign-in/"
    head = asked(stack, re.findall(pattern, page)[0])
    assert (status(head), re.findall(rb"(?i)\r\nContent-Type: (.*)\r", head)) == (200, [kind.encode()])
