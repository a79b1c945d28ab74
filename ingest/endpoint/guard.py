"""Bounds the connections of the endpoint where no nginx stands before it.

The server takes MOST_REQUESTS connections and lets the others wait. It bounds no client, and nothing that it waits to
send. So each second the guard looks at the connections of this process as the system tells them (TCP_INFO, Linux), and
closes the longest silent ones of a client or of all that have too many.
"""

import os
import resource
import socket
import stat
import struct
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import NamedTuple

MOST = 1536  # connections; three quarters of those that the server takes, so that a new one never waits
MOST_A_CLIENT = 256  # boto3 has 10, and a reader of enhanced fan-out one for each shard
STALLED_MILLISECONDS = 60_000  # that a client may take no byte of an answer, then the system ends the connection
PAUSE = 1.0  # seconds
_TIMES = struct.Struct("=44xI4xI")  # of tcp_info: milliseconds since data was sent, and since it came
FOLDER = Path("/proc/self/fd")


class Held(NamedTuple):
    """Describes a connection."""

    client: str
    silent: int  # milliseconds since a byte came or went
    number: int = 0  # the file descriptor


def to_close(held: Iterable[Held], most: int, most_a_client: int) -> list[Held]:
    """Returns the connections to close, so that neither a client nor all together have more than allowed."""
    kept: Counter[str] = Counter()
    closed = []
    for each in sorted(held, key=lambda each: each.silent):
        if kept[each.client] == most_a_client or kept.total() == most:
            closed.append(each)
        else:
            kept[each.client] += 1
    return closed


class Guard:
    """Watches the connections at a port in a thread of its own."""

    def __init__(self, port: int, most_a_client: int = MOST_A_CLIENT) -> None:
        self._port = port
        self._most_a_client = most_a_client
        self._most = min(MOST, _raised(2 * MOST) * 3 // 4)
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begins, where the system tells as much as it needs; the server listens already."""
        if not hasattr(socket, "TCP_INFO") or not FOLDER.is_dir():
            return
        for _, listening in self._sockets(listening=True):
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MILLISECONDS)
        threading.Thread(target=self._run, daemon=True, name="guard").start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(PAUSE):
            if len(_numbers()) > self._most_a_client:
                self.close()

    def close(self) -> None:
        """Closes the connections that are too many."""
        held = []
        for number, connection in self._sockets():
            with suppress(OSError):  # it has gone
                held.append(_held(number, connection))
        too_many = {each.number: each for each in to_close(held, self._most, self._most_a_client)}
        for number, connection in self._sockets(only=too_many):
            with suppress(OSError):
                if _held(number, connection).client == too_many[number].client:
                    connection.shutdown(socket.SHUT_RDWR)

    def _sockets(
        self, only: Iterable[int] | None = None, *, listening: bool = False
    ) -> Iterator[tuple[int, socket.socket]]:
        """Gives the open sockets of the port, each as a copy, which lasts until the next one is asked for."""
        for number in _numbers() if only is None else only:
            with suppress(OSError):  # it was closed, or is the descriptor of the listing itself
                if not stat.S_ISSOCK(os.fstat(number).st_mode):
                    continue
                with socket.socket(fileno=os.dup(number)) as copy:
                    if self._is_ours(copy, listening):
                        yield number, copy

    def _is_ours(self, copy: socket.socket, listening: bool) -> bool:  # noqa: FBT001 - private
        is_tcp = copy.family in {socket.AF_INET, socket.AF_INET6} and copy.type == socket.SOCK_STREAM
        if not is_tcp or copy.getsockname()[1] != self._port:
            return False
        return bool(copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)) == listening


def _numbers() -> list[int]:
    """Returns the file descriptors of this process."""
    return [int(each.name) for each in FOLDER.iterdir()]


def _held(number: int, connection: socket.socket) -> Held:
    """Describes a connection. Raises OSError if it is over."""
    silent = min(_TIMES.unpack(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TIMES.size)))
    return Held(client_of(connection.getpeername()[0]), silent, number)


def client_of(address: str) -> str:
    """Returns by which clients are counted: an address, or the 64 bits of a network of IPv6."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or found.packed[:8].hex())
    return str(found)


def _raised(most: int) -> int:
    """Lets this process have so many files open, as far as the system allows; returns how many it may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return most if soft == resource.RLIM_INFINITY else soft
