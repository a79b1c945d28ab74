"""The limits of nginx for clients that are slow, ask too much, or forge an address or host."""

import json
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from http.client import HTTPSConnection
from socket import create_connection

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.protocol import State
from websockets.typing import Origin
from websockets.uri import parse_uri

from tests.deploy.site_client import UPLOAD, SiteClient, add_operator, add_person
from tests.deploy.stack import HOST, Stack
from tests.waiting import wait_for

PAGE = "/accounts/sign-in/"
HEAD = f"POST {PAGE} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1000\r\n".encode()
HEAD_OF_70_000 = b"\x81\xff" + (70_000).to_bytes(8) + b"mask"  # the head of a text frame, RFC 6455 section 5.2
ROW = b"2017-04-01|a store by the river|25|1.5\n"
ROWS = 500_000  # 20 MB of them
POOL = 2  # processes of the web pool (deploy/uwsgi.ini)
DRIPS = 3  # bytes that come one by one
CONNECTIONS = 100  # that one address may have, with a request in hand
FORGED = {
    "X-Forwarded-For": "6.6.6.6",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X_Forwarded_For": "6.6.6.6",
    "X-Real-IP": "6.6.6.6",
    "Forwarded": "for=6.6.6.6;host=evil.example;proto=http",
    "X-Request-ID": "forged-id",
    "Remote-Addr": "6.6.6.6",
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of these tests' own: they come to its limits."""
    stack = Stack(tmp_path_factory.mktemp("limits"))
    yield stack.start()
    stack.stop()


def opened(stack: Stack, address: str) -> ssl.SSLSocket:
    """A connection from an address of this machine's own net."""
    plain = create_connection(("127.0.0.1", stack.port), timeout=60, source_address=(address, 0))
    return stack.trust().wrap_socket(plain, server_hostname=HOST)


def ask(stack: Stack, address: str, method: str = "GET", path: str = PAGE, times: int = 1) -> list[tuple[int, str]]:
    line = HTTPSConnection(HOST, stack.port, timeout=60, source_address=(address, 0), context=stack.trust())
    found = []
    for _ in range(times):
        line.request(method, path, headers={"Origin": stack.url})
        answer = line.getresponse()
        found.append((answer.status, answer.read().decode()))
    line.close()
    return found


def test_slow_client_is_disconnected(stack: Stack) -> None:
    """The test waits for nginx' own timeouts, both at once."""
    with ExitStack() as lines:
        slow = [lines.enter_context(opened(stack, "127.0.0.2")) for _ in range(2)]
        slow[0].sendall(HEAD)  # and never ends it
        slow[1].sendall(HEAD + b"\r\nname=")
        for line in slow:
            with suppress(ConnectionResetError):
                assert line.recv(1) == b""


def test_post_limit_applies_to_one_address_with_a_message(stack: Stack) -> None:
    answers = ask(stack, "127.0.0.3", "POST", times=40)
    told = [text for code, text in answers if code == 429]
    assert ({code for code, _ in answers}, len(told) > 10) == ({403, 429}, True)
    assert "<h1>Too many requests</h1>" in told[0]
    assert [code for code, _ in ask(stack, "127.0.0.4", "POST")] == [403]


def test_body_that_is_too_large_is_refused_in_words_before_it_is_sent(stack: Stack) -> None:
    for path, size in ((PAGE, 2 << 20), ("/tables/", 70 << 20)):
        with opened(stack, "127.0.0.9") as line:
            line.sendall(f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {size}\r\n\r\n".encode())
            answer = line.recv(1 << 16)
            while b"</html>" not in answer and (more := line.recv(1 << 16)):
                answer += more
        assert (answer[9:12], b"<h1>File too large</h1>" in answer) == (b"413", True)


@pytest.fixture
def operator(stack: Stack) -> Iterator[SiteClient]:
    add_operator(stack, "operator")
    client = SiteClient(stack).sign_in("operator").show_code()
    yield client
    client.line.close()


def begun(stack: Stack, client: SiteClient, body: bytes) -> ssl.SSLSocket:
    """Sends the head of an upload and all of its body but the last bytes, and leaves the connection so."""
    line = opened(stack, "127.0.0.1")
    words = {"Cookie": client.cookie, "Origin": stack.url, "Content-Type": UPLOAD, "Content-Length": len(body)}
    head = "".join(f"{name}: {value}\r\n" for name, value in words.items())
    line.sendall(f"POST /tables/ HTTP/1.1\r\nHost: {HOST}\r\n{head}\r\n".encode() + body[:-DRIPS])
    return line


def test_large_file_becomes_a_table_while_other_clients_drip(operator: SiteClient, stack: Stack) -> None:
    """The slow clients are more than the pool's processes, and hold none of them until their bodies are whole."""
    head = b"day|store|visitors|price\n"
    slow_body = operator.upload("/tables/", "slow.csv", head + ROW * 20_000)
    with ExitStack() as lines:
        slow = [lines.enter_context(begun(stack, operator, slow_body)) for _ in range(POOL + 1)]
        assert operator.send("/tables/", "visits.csv", head + ROW * ROWS)[0] == 302
        held = operator.location
        for place in range(len(slow_body) - DRIPS, len(slow_body)):
            assert operator.ask("/tables/")[0] == 200
            for line in slow:
                line.sendall(slow_body[place : place + 1])
        assert {line.recv(1 << 16)[9:12] for line in slow} == {b"302"}
    assert operator.submit(held, {"name": "visits"})[0] == 302
    assert f"visits has {ROWS:,} rows of visits.csv." in operator.ask("/tables/visits/")[1]


def test_page_limit_refuses_requests_without_a_pause(stack: Stack) -> None:
    with ThreadPoolExecutor(4) as people:
        asked = [people.submit(ask, stack, "127.0.0.5", path="/", times=150) for _ in range(4)]
    assert {code for one in asked for code, _ in one.result()} == {302, 429}


def test_probes_have_a_limit_of_their_own(stack: Stack) -> None:
    found = [code for code, _ in ask(stack, "127.0.0.8", path="/livez", times=120)]
    assert found[:50] == [200] * 50
    assert 429 in found
    assert [code for code, _ in ask(stack, "127.0.0.8")] == [200]


def test_address_has_a_bounded_number_of_connections(stack: Stack) -> None:
    with ExitStack() as lines:
        asking: list[ssl.SSLSocket] = []

        def is_full() -> bool:
            for line in asking:
                line.sendall(b"a")  # slow, and never silent for as long as nginx bears
            return [code for code, _ in ask(stack, "127.0.0.6")] == [429]

        for _ in range(CONNECTIONS):
            asking.append(lines.enter_context(opened(stack, "127.0.0.6")))
            asking[-1].sendall(HEAD + b"\r\n")
        wait_for(is_full)
        assert [code for code, _ in ask(stack, "127.0.0.7")] == [200]


@pytest.fixture(scope="module")
def watcher(stack: Stack) -> Iterator[SiteClient]:
    add_person(stack, "watcher")
    client = SiteClient(stack, FORGED).sign_in("watcher")
    yield client
    client.line.close()


def test_forged_headers_reach_no_session_or_log(watcher: SiteClient, stack: Stack) -> None:
    """Nor makes Django believe that it was asked without TLS, which it would answer with 301."""
    assert watcher.ask("/market/")[0] == 200
    assert stack.deployment.query("SELECT DISTINCT address FROM accounts_session") == [("127.0.0.1",)]
    told = (stack.folder / "login.log").read_text() + (stack.folder / "web.log").read_text()
    assert [word for word in ("6.6.6.6", "evil.example", "forged-id") if word in told] == []


def test_socket_accepts_messages_up_to_64_kib(watcher: SiteClient, stack: Stack) -> None:
    """Of the larger one only the head is sent: with bytes unread, a server's last words may be lost to a reset.

    One thread speaks: a TLS connection that one thread writes to while another reads from it falls apart.
    """
    url = f"wss://{HOST}:{stack.port}/ws/live/"
    wire = ClientProtocol(parse_uri(url), origin=Origin(stack.url))
    hello = wire.connect()
    hello.headers["Cookie"] = watcher.cookie
    wire.send_request(hello)
    with opened(stack, "127.0.0.1") as line:
        exchange(line, wire, lambda said: wire.state is State.OPEN)
        wire.send_text((json.dumps({"subscribe": ["x"]}) + " " * 60_000).encode())
        exchange(line, wire, lambda said: b"unknown topic" in said)
        line.sendall(HEAD_OF_70_000)
        exchange(line, wire, lambda said: wire.close_rcvd is not None)
    assert wire.close_rcvd and wire.close_rcvd.code == 1009


def exchange(line: ssl.SSLSocket, wire: ClientProtocol, done: Callable[[bytes], bool]) -> bytes:
    """Sends the pending bytes and reads to the end; returns the frames' payloads. The socket's timeout bounds it."""
    said = b""
    while True:
        for piece in filter(None, wire.data_to_send()):
            line.sendall(piece)
        said += b"".join(event.data for event in wire.events_received() if isinstance(event, Frame))
        if done(said):
            return said
        data = line.recv(65_536)
        assert data, "the server hung up without a word"
        wire.receive_data(data)
