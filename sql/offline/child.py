"""Performs tasks in a process of its own, which may be killed: `python -m sql.offline.child`, by the pages.

Each task and each answer is MessagePack behind its length of four bytes, on stdin and stdout.
"""

import resource
import struct
import sys
from contextlib import suppress
from typing import BinaryIO

import msgspec

from sql.offline.trial import Task, Told, perform

LENGTH = struct.Struct(">I")
MEMORY = 1536 << 20  # bytes of addresses
CPU = 15  # seconds of one task, far above its own bound: the process ends by itself where nobody kills it
_task = msgspec.msgpack.Decoder(Task)


def main() -> None:
    """Performs tasks until stdin ends."""
    _bound(resource.RLIMIT_AS, MEMORY, MEMORY)
    _bound(resource.RLIMIT_FSIZE, 0, 0)
    read, write = sys.stdin.buffer, sys.stdout.buffer
    while head := read.read(LENGTH.size):
        _bound_processor()
        task = _task.decode(_exactly(read, LENGTH.unpack(head)[0]))
        answer = msgspec.msgpack.encode(_performed(task))
        write.write(LENGTH.pack(len(answer)) + answer)
        write.flush()


def _bound_processor() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + CPU
    _bound(resource.RLIMIT_CPU, most, resource.getrlimit(resource.RLIMIT_CPU)[1])


def _bound(kind: int, soft: int, hard: int) -> None:
    """Lowers a bound, where the process may: a filter of system calls can forbid it, and the bound on time stays."""
    with suppress(OSError, ValueError):
        resource.setrlimit(kind, (soft, hard))


def _performed(task: Task) -> Told:
    try:
        return perform(task)
    except (MemoryError, RecursionError):
        return Told(trouble="The run needed too much memory and was ended.")


def _exactly(read: BinaryIO, size: int) -> bytes:
    data = read.read(size)
    if len(data) < size:
        raise SystemExit(0)  # the site has gone
    return data


if __name__ == "__main__":
    main()
