"""nginx keeps secrets from logs, and odd requests from the upstreams."""

import socket
import stat
from collections.abc import Iterator

import pytest

from tests.deploy.stack import HOST, Stack
from tests.waiting import wait_for

pytestmark = pytest.mark.xdist_group("deployed")

SECRETS = ("SECRET-TOKEN-0001", "SECRET-INVITE-0002")
LINKS = (f"/accounts/password/reset/Mw/{SECRETS[0]}/", f"/accounts/invitation/{SECRETS[1]}/")


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of the test's own, with processes that it may end."""
    stack = Stack(tmp_path_factory.mktemp("edge"))
    yield stack.start()
    stack.stop()


def test_one_use_link_is_in_no_log_when_the_login_pool_is_down(own: Stack) -> None:
    own.processes["login"].kill()
    wait_for(lambda: own.get("/accounts/sign-in/")[0] == 502)
    assert [own.get(link, Referer=own.url + link)[0] for link in LINKS] == [502, 502]
    wait_for(lambda: (own.folder / "access.log").read_text().count("GET /accounts/invitation/") == 1)
    logs = "".join(file.read_text() for file in own.folder.glob("*.log"))
    assert "login.sock" in (own.folder / "error.log").read_text()  # other pages' errors are told
    assert [secret for secret in SECRETS if secret in logs] == []


def test_uwsgi_gets_no_one_use_link_for_its_log(stack: Stack) -> None:
    text = (stack.folder / "nginx/uwsgi.conf").read_text()
    assert "uwsgi_param REQUEST_URI $told_uri;" in text and "$request_uri" not in text


def test_uvicorn_socket_is_for_its_owner_and_group(stack: Stack) -> None:
    modes = {
        name: stat.S_IMODE((stack.runtime / f"{name}.sock").stat().st_mode) for name in ("web", "login", "sockets")
    }
    assert modes == dict.fromkeys(("web", "login", "sockets"), 0o660)


def test_one_use_link_page_sends_a_strict_referrer_policy(stack: Stack) -> None:
    answer = ask(stack, LINKS[1], "")
    assert b"Referrer-Policy: strict-origin" in answer


@pytest.mark.parametrize("count", [300, 900])
def test_many_headers_make_no_server_error(stack: Stack, count: int) -> None:
    headers = "".join(f"X-A{number}: 1\r\n" for number in range(count))
    answer = ask(stack, "/accounts/sign-in/", headers)
    assert answer.split()[1] == b"200"


@pytest.mark.parametrize("body", ["Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n"])
def test_an_upgrade_with_a_body_is_refused_at_once(stack: Stack, body: str) -> None:
    upgrade = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    answer = ask(stack, "/ws/live/", upgrade + body)
    assert answer.split()[1] == b"400"


def ask(stack: Stack, path: str, headers: str) -> bytes:
    """The head of the answer to one request as it is written here."""
    plain = socket.create_connection((HOST, stack.port), timeout=60)
    with stack.trust().wrap_socket(plain, server_hostname=HOST) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: upgrade\r\n{headers}\r\n".encode())
        found = b""
        while b"\r\n\r\n" not in found and (piece := line.recv(65536)):
            found += piece
    return found
