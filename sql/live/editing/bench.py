"""Has scripts compiled and run in processes of their own, which are warm, bounded, and killed when time is up."""

import os
import socket
import struct
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import NamedTuple

import msgspec
from django.conf import settings

from sql.offline.trial import Task, Told

CHILDREN = 2  # of one web process; a machine's cores are for its workers
TASKS = 200  # of one process, whose memory may have grown
WAIT = 3.0  # seconds for a free process
GRACE = 6.0  # seconds beside the bounded work: to start a process, to compile, to send records
LENGTH = struct.Struct(">I")
KEPT = ("PATH", "LANG", "LC_ALL", "TZ")  # of the environment: the process gets none of the site's secrets
_encode = msgspec.msgpack.Encoder().encode
_told = msgspec.msgpack.Decoder(Told)


class BusyError(Exception):
    """Means that no process was free; the message is a sentence."""


class Child(NamedTuple):
    process: "subprocess.Popen[bytes]"
    line: socket.socket


class Bench:
    """Keeps the processes of one web process."""

    def __init__(self, children: int = CHILDREN) -> None:
        self._free = BoundedSemaphore(children)
        self._lock = Lock()
        self._idle: list[tuple[Child, int]] = []  # with the number of tasks that it has done

    def perform(self, task: Task, grace: float = GRACE) -> Told:
        """Returns the answer to a task; one that says so if the process was killed. Raises BusyError."""
        if not self._free.acquire(timeout=WAIT):
            raise BusyError("Many scripts are being run just now. Try again in a few seconds.")
        try:
            return self._perform(task, grace)
        finally:
            self._free.release()

    def _perform(self, task: Task, grace: float) -> Told:
        with self._lock:
            child, done = self._idle.pop() if self._idle else (_start(), 0)
        try:
            told = _asked(child, task, monotonic() + task.seconds * (2 if task.against else 1) + grace)
        except TimeoutError:
            _end(child)
            return Told(trouble="The run took too long and was ended. Choose a shorter slice, or a simpler script.")
        except OSError:
            _end(child)
            return Told(trouble="The run used too much memory or time and was ended. Choose a shorter slice.")
        except BaseException:
            _end(child)
            raise
        self._put_back(child, done + 1)
        return told

    def _put_back(self, child: Child, done: int) -> None:
        if done >= TASKS:
            _end(child)
        else:
            with self._lock:
                self._idle.append((child, done))

    def warm(self) -> None:
        """Starts a process where none is idle, so that the first task finds it ready."""
        with self._lock:
            if not self._idle:
                self._idle.append((_start(), 0))

    def close(self) -> None:
        """Ends the idle processes."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child, _ in idle:
            _end(child)


def _start() -> Child:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - a fixed command, without a shell
            [_python(), "-m", "sql.offline.child"],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env={name: os.environ[name] for name in KEPT if name in os.environ},
        )
    return Child(process, ours)


def _python() -> str:
    """Returns the interpreter: in uWSGI, sys.executable is uWSGI itself."""
    found = Path(sys.prefix, "bin", "python")
    return str(found) if found.exists() else sys.executable


def _asked(child: Child, task: Task, deadline: float) -> Told:
    """Sends a task and reads the answer. Raises TimeoutError at the deadline, OSError if the process has ended."""
    data = _encode(task)
    child.line.settimeout(max(0.01, deadline - monotonic()))
    child.line.sendall(LENGTH.pack(len(data)) + data)
    size = LENGTH.unpack(_received(child.line, LENGTH.size, deadline))[0]
    return _told.decode(_received(child.line, size, deadline))


def _received(line: socket.socket, size: int, deadline: float) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        line.settimeout(max(0.01, deadline - monotonic()))
        part = line.recv(min(1 << 20, size - len(parts)))
        if not part:
            raise ConnectionResetError("the process has ended")
        parts += part
    return bytes(parts)


def _end(child: Child) -> None:
    child.line.close()
    child.process.kill()
    child.process.wait()


bench = Bench()
