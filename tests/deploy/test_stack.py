"""Requests that nginx answers by itself, and requests that it hands on."""

import re
import socket
import ssl
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.deploy.stack import HOST, Stack
from tests.deployment import ROOT

pytestmark = pytest.mark.xdist_group("deployed")


def test_nginx_configuration_passes_gixy(stack: Stack) -> None:
    words = [sys.executable, "-m", "gixy", "--format", "json", str(stack.configuration)]
    assert subprocess.run(words, capture_output=True, text=True, timeout=120).stdout.strip() == "[]"


def test_nginx_configuration_gives_no_warning(stack: Stack) -> None:
    words = ["nginx", "-t", "-q", "-c", str(stack.configuration), "-p", str(stack.folder)]
    tried = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert (tried.returncode, tried.stderr) == (0, "")


def test_page_over_tls_redirects_to_sign_in(stack: Stack) -> None:
    status, body = stack.get("/market/")
    assert (status, b"<title>Sign in" in body) == (200, True)


def test_plain_http_redirects_to_https(stack: Stack) -> None:
    head = said(stack.plain_port, b"GET /market/?a=1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert (status(head), re.findall(rb"Location: (.*)\r", head)) == (301, [f"{stack.url}/market/?a=1".encode()])


@pytest.mark.parametrize("host", [b"evil.example", b"", b"127.0.0.1", b"localhost.evil.example", b"a" * 300])
def test_request_for_another_host_gets_no_answer(stack: Stack, host: bytes) -> None:
    head = said(stack.plain_port, b"GET / HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    assert status(head) in (0, 400)


def test_tls_handshake_for_another_host_is_refused(stack: Stack) -> None:
    with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        said(stack.port, b"", tls=stack.trust(), name="evil.example")


def test_static_files_are_immutable_and_carry_every_header(stack: Stack) -> None:
    script = re.findall(rb"/static/[^\"]+\.js", stack.get("/accounts/sign-in/")[1])[0].decode()
    head = said(
        stack.port, f"GET {script} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode(), tls=stack.trust()
    )
    assert (status(head), b"immutable" in head) == (200, True)
    for line in (ROOT / "deploy/nginx/headers.conf").read_text().splitlines():
        if line.startswith("add_header"):
            assert head.count(line.split()[1].encode() + b": ") == 1


def test_headers_are_sent_once(stack: Stack) -> None:
    head = said(
        stack.port,
        b"GET /accounts/sign-in/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        tls=stack.trust(),
    )
    names = [line.split(b":")[0].lower() for line in head.split(b"\r\n\r\n")[0].split(b"\r\n")[1:]]
    assert sorted({name for name in names if names.count(name) > 1}) == []


POST = b"POST /accounts/sign-in/ HTTP/1.1\r\nHost: localhost\r\n"
ABUSE = {
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "a length and chunks": POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n c\r\n\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length : 5\r\n\r\nhello",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "an odd host": b"GET / HTTP/1.1\r\nHost: local/host\r\n\r\n",
    "a NUL in a header": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: a\x00b\r\n\r\n",
    "a header of 9 kB": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 9000 + b"\r\n\r\n",
    "a negative length": POST + b"Content-Length: -1\r\n\r\n",
    "an unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n",
    "no HTTP at all": b"\x16\x03\x01\x02\x00hello\r\n\r\n",
}


@pytest.mark.parametrize("abuse", ABUSE)
def test_ambiguous_request_never_reaches_django(stack: Stack, abuse: str) -> None:
    head = said(stack.port, ABUSE[abuse] + b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n", tls=stack.trust())
    seen = b"".join(each.read_bytes() for each in logs(stack))
    assert (status(head) in (400, 501), b"smuggled" in seen) == (True, False)


def test_request_that_reaches_django_is_in_its_log(stack: Stack) -> None:
    stack.get("/accounts/smuggled")
    assert b"/accounts/smuggled" in (stack.folder / "login.log").read_bytes()


def logs(stack: Stack) -> list[Path]:
    return [stack.folder / f"{name}.log" for name in ("web", "login", "sockets")]


def said(port: int, request: bytes, tls: ssl.SSLContext | None = None, name: str = HOST) -> bytes:
    """All that is answered to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as plain:
        line = tls.wrap_socket(plain, server_hostname=name) if tls else plain
        with line:
            line.sendall(request)
            answer = b""
            with suppress(ConnectionResetError):  # nginx ends a connection so when it has no answer
                while piece := line.recv(65536):
                    answer += piece
    return answer


def status(head: bytes) -> int:
    """The first status code of an answer, 0 when there was none."""
    found = re.match(rb"HTTP/1\.1 (\d+)", head)
    return int(found[1]) if found else 0
