"""Checks the HTTP client for addresses that people may choose, against receivers that behave badly."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from common.guarded import RefusedError, allowed, place
from common.guarded_http import Answer, BadAnswerError, Connection
from common.http_answers import Reader

HERE = allowed(["127.0.0.1"])
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def receiver(*answers: bytes, hold: bool = False) -> Iterator[tuple[str, list[bytes]]]:
    """Serves one answer for each connection that is made, and yields its address and the requests that came."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(60)
    requests: list[bytes] = []
    done = threading.Event()

    def serve() -> None:
        for answer in answers:
            try:
                peer, _ = server.accept()
            except OSError:  # the test is over
                return
            with peer:
                requests.append(peer.recv(65536))
                peer.sendall(answer)
                if hold:
                    done.wait(20)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/in", requests
    finally:
        done.set()
        server.close()
        thread.join(60)
        assert not thread.is_alive()


def ask(url: str, seconds: float = 60.0, most: int = 1000) -> Answer:
    connection = Connection(place(url), HERE, most=most)
    try:
        return connection.request("POST", {"X-Id": "1"}, b"{}", seconds=seconds)
    finally:
        connection.close()


def test_a_request_has_the_host_and_the_length() -> None:
    with receiver(OK) as (url, requests):
        answer = ask(url)
    assert (answer.status, answer.body, answer.whole) == (200, b"ok", True)
    assert requests[0].startswith(b"POST /in HTTP/1.1\r\nHost: 127.0.0.1:")
    assert requests[0].endswith(b"X-Id: 1\r\nContent-Length: 2\r\n\r\n{}")


def test_loopback_is_refused_without_the_list() -> None:
    with pytest.raises(RefusedError, match=r"127\.0\.0\.1 is not an address of the public internet"):
        Connection(place("http://127.0.0.1:1/")).request("GET", {})


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    """A second look-up would give another address: there is none."""
    with receiver(OK) as (url, requests):
        port = place(url).port
        answers = iter([["127.0.0.1"]])
        connection = Connection(place(f"http://name.test:{port}/"), HERE, lookup=lambda *_: next(answers))
        assert connection.request("GET", {}).status == 200
        connection.close()
    assert f"Host: name.test:{port}\r\n".encode() in requests[0]


def test_a_redirect_is_an_answer() -> None:
    with receiver(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n") as (url, _):
        assert ask(url).status == 302


@pytest.mark.parametrize(
    ("answer", "body", "whole"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + b"x" * 99, b"x" * 10, False),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 99, b"x" * 10, False),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n2;x=y\r\nfg\r\n0\r\n\r\n",
            b"abcdefg",
            True,
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n" + b"x" * 99, b"x" * 10, False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", b"abc", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc", b"", False),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", b"", True),
    ],
)
def test_an_answer_is_read_up_to_a_bound(answer: bytes, body: bytes, whole: bool) -> None:
    with receiver(answer) as (url, _):
        found = ask(url, most=10)
    assert (found.body, found.whole) == (body, whole)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"SSH-2.0-OpenSSH\r\n\r\n", BadAnswerError),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 4000, BadAnswerError),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 15_000, BadAnswerError),
        (b"", ConnectionResetError),
        (b"HTTP/1.1 200", ConnectionResetError),
    ],
)
def test_an_answer_that_is_none_is_an_error(answer: bytes, error: type[Exception]) -> None:
    with receiver(answer) as (url, _), pytest.raises(error):
        ask(url)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nX: "])
def test_an_answer_that_drips_ends_at_the_deadline(answer: bytes) -> None:
    with receiver(answer, hold=True) as (url, _), pytest.raises(TimeoutError):
        ask(url, seconds=0.2)


def test_trailers_without_an_end_are_cut_since_the_status_arrived() -> None:
    reader = Reader("POST", most=1000)
    reader.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n", 0.0)
    for _ in range(300):
        if reader.answer is None:
            reader.feed(b"x: y\r\n" * 200, 0.0)
    assert reader.answer == Answer(200, {"transfer-encoding": "chunked"}, b"ok", whole=False, first_byte=0.0)


def test_a_body_that_drips_is_cut_since_the_status_arrived() -> None:
    with receiver(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nab", hold=True) as (url, _):
        answer = ask(url, seconds=0.3)
    assert (answer.status, answer.body, answer.whole) == (200, b"ab", False)


def test_a_kept_connection_that_was_closed_is_opened_again() -> None:
    with receiver(OK, OK) as (url, requests):
        connection = Connection(place(url), HERE)
        assert [connection.request("POST", {}, b"a").status, connection.request("POST", {}, b"b").status] == [200, 200]
        connection.close()
    assert [each[-1:] for each in requests] == [b"a", b"b"]


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X: y": "a"}, {"X": "ä"}])
def test_a_header_cannot_add_another(headers: dict[str, str]) -> None:
    with pytest.raises(RefusedError, match="header"):
        Connection(place("http://127.0.0.1/"), HERE).request("GET", headers)
