"""Connections without end: silent ones and clients that do not read leave the endpoint to the others."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.endpoint import guard
from ingest.endpoint.guard import Guard, Held, client_of, to_close
from tests.ingest.endpoint.serving import client_of as kinesis
from tests.waiting import wait_for

HELD = st.lists(st.builds(Held, st.sampled_from("abc"), st.integers(0, 9)), max_size=40)


@given(HELD, st.integers(1, 9), st.integers(1, 9))
def test_guard_closes_the_longest_silent_ones_and_no_more_than_it_must(
    held: list[Held], most: int, most_a_client: int
) -> None:
    closed = to_close(held, most, most_a_client)
    left = list(held)
    for each in closed:
        left.remove(each)
    of = {client: [each.silent for each in left if each.client == client] for client in "abc"}
    assert len(left) == min(most, sum(min(most_a_client, sum(h.client == c for h in held)) for c in "abc"))
    assert all(len(silent) <= most_a_client for silent in of.values())
    for each in closed:
        assert each.silent >= max(of[each.client], default=0)


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(60)
        yield listening


def test_guard_lets_the_system_end_a_connection_whose_client_reads_nothing(listening: socket.socket) -> None:
    watching = Guard(listening.getsockname()[1])
    watching.start()
    with socket.create_connection(listening.getsockname(), timeout=60), listening.accept()[0] as accepted:
        timeout = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    watching.stop()
    assert timeout == guard.STALLED_MILLISECONDS


def silent_since(connection: socket.socket) -> int:
    return int.from_bytes(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 48)[44:], "little")


def test_guard_closes_what_a_client_has_too_many_of(listening: socket.socket) -> None:
    address = listening.getsockname()
    with ExitStack() as stack:
        far = [stack.enter_context(socket.create_connection(address, timeout=60)) for _ in range(3)]
        near = [stack.enter_context(listening.accept()[0]) for _ in far]
        wait_for(lambda: silent_since(near[0]) > 20)  # milliseconds; the system counts in some of them
        for end in near[1:]:
            end.send(b"x")
        Guard(address[1], most_a_client=2).close()
        assert [end.recv(1) for end in far] == [b"", b"x", b"x"]


def test_endpoint_answers_beside_two_thousand_silent_connections(url: str) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    with ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        for number in range(2100):
            silent = stack.enter_context(socket.socket())
            silent.bind((f"127.0.0.{1 + number % 100}", 0))
            silent.connect((urlsplit(url).hostname, urlsplit(url).port))
        assert "StreamNames" in kinesis(url).list_streams()


@pytest.mark.parametrize(("address", "client"), [
    ("10.0.0.1", "10.0.0.1"), ("::ffff:10.0.0.1", "10.0.0.1"), ("2001:db8::1", "20010db800000000"),
    ("2001:db8::ffff:1", "20010db800000000"), ("fe80::1%eth0", "fe80000000000000"),
])  # fmt: skip
def test_client_is_an_address_or_a_network(address: str, client: str) -> None:
    assert client_of(address) == client
