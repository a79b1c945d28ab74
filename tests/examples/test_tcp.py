"""Runs the examples of raw TCP and syslog: against a socket, Python's SysLogHandler and util-linux's logger."""

import logging
import logging.handlers
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.emulators import free_port
from tests.examples.conftest import Stream
from tests.examples.running import EXAMPLES, PACKAGES, first_line, start, stop
from tests.waiting import wait_for

pytestmark = [pytest.mark.xdist_group("examples"), pytest.mark.needs(PACKAGES)]
Environment = dict[str, str]


def test_tcp_in_answers_each_batch_after_it_is_stored(stream: Stream, environment: Environment) -> None:
    port = free_port()
    process = start("integration/tcp_in.py", environment, {"sensors": stream.name, "5170": port})
    first_line(process)
    with socket.create_connection(("127.0.0.1", port), 10) as client, client.makefile("rb") as answers:
        client.sendall(b'{"n": 1}\nno JSON\n{"n": 2}\n{"n"')
        assert answers.readline() == b"stored 2, refused 1\n"
        assert sorted(each["n"] for each in stream.records()) == [1, 2]
        client.sendall(b": 3}\n")
        assert answers.readline() == b"stored 1, refused 0\n"
        client.sendall(b"x" * 70_000)
        assert answers.read() == b"refused: a line has more than 65536 bytes\n"
    stop(process)


def test_tcp_in_closes_connections_beyond_its_bound(stream: Stream, environment: Environment) -> None:
    port = free_port()
    process = start("integration/tcp_in.py", environment, {"sensors": stream.name, "5170": port})
    first_line(process)
    with ExitStack() as clients:
        for _ in range(50):
            clients.enter_context(socket.create_connection(("127.0.0.1", port), 10))
        last = clients.enter_context(socket.create_connection(("127.0.0.1", port), 10))
        assert last.recv(1) == b""
    wait_for(lambda: answer_to(port, b'{"n": 1}\n') == b"stored 1, refused 0\n")
    stop(process)


def answer_to(port: int, line: bytes) -> bytes:
    """Returns the answer on a connection of its own, b"" if it is closed."""
    try:
        with socket.create_connection(("127.0.0.1", port), 10) as client, client.makefile("rb") as answers:
            client.sendall(line)
            return answers.readline()
    except ConnectionError:
        return b""


def log(port: int, *options: str) -> None:
    """Sends a message by util-linux's logger."""
    words = [shutil.which("logger") or "logger", "--server", "127.0.0.1", "--port", str(port), "--tcp", *options]
    subprocess.run(
        [*words, "--priority", "local0.warning", "--tag", "pump"], input="3 bar\n", text=True, check=True, timeout=120
    )


def test_syslog_in_takes_logger_and_syslog_handler(stream: Stream, environment: Environment) -> None:
    port = free_port()
    process = start("integration/syslog_in.py", environment, {"sensors": stream.name, "5140": port})
    first_line(process)
    log(port, "--octet-count", "--rfc5424")
    log(port, "--rfc5424")
    log(port, "--octet-count", "--rfc3164")
    handler = logging.handlers.SysLogHandler(("127.0.0.1", port), "local0", socket.SOCK_STREAM)
    handler.emit(logging.makeLogRecord({"levelno": logging.WARNING, "levelname": "WARNING", "msg": "3 bar"}))
    handler.close()
    wait_for(lambda: len(stream.records()) == 4)
    stop(process)
    found = stream.records()
    assert {(each["facility"], each["severity"]) for each in found} == {(16, 4)}
    assert sum((each.get("app"), each["message"]) == ("pump", "3 bar") for each in found) == 2
    assert all(each["message"].endswith("3 bar") for each in found)


@pytest.fixture(scope="module")
def split() -> Iterator[Callable[[bytes], tuple[list[bytes], bytes]]]:
    sys.path.insert(0, str(EXAMPLES / "integration"))
    yield __import__("syslog_in").split
    sys.path.remove(str(EXAMPLES / "integration"))


MESSAGES = st.lists(st.tuples(st.binary(min_size=1, max_size=9).filter(bytes.strip), st.booleans()), max_size=5)


@given(sent=MESSAGES, size=st.integers(1, 7))
def test_syslog_messages_are_the_same_wherever_they_are_cut(
    split: Callable[[bytes], tuple[list[bytes], bytes]], sent: list[tuple[bytes, bool]], size: int
) -> None:
    """A message has its length before it, or else begins with no digit and ends with NUL."""
    messages = [each if counted else b"<5>" + each.translate(None, b"\n\0") for each, counted in sent]
    framed = [
        b"%d %s" % (len(each), each) if counted else each + b"\0"
        for each, (_, counted) in zip(messages, sent, strict=True)
    ]
    data, rest, found = b"".join(framed), b"", list[bytes]()
    for place in range(0, len(data), size):
        more, rest = split(rest + data[place : place + size])
        found += more
    assert (found, rest) == (messages, b"")


@pytest.mark.parametrize("data", [b"x" * 65_537, b"65537 x", b"99999 "])
def test_syslog_message_that_is_too_long_is_refused(
    split: Callable[[bytes], tuple[list[bytes], bytes]], data: bytes
) -> None:
    with pytest.raises(ValueError, match="more than 65536 bytes"):
        split(data)
    assert split(b"x" * 65_536) == ([], b"x" * 65_536)
