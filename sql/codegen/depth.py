"""Lets Python nest as deep as an expression of a script may, while such an expression is written and compiled."""

from collections.abc import Iterator
from contextlib import contextmanager
from sys import getrecursionlimit, setrecursionlimit
from threading import Lock

FRAMES = 10_000  # of Python: an expression of 200 levels takes some 2,000, and most of them no C stack

_lock = Lock()
_inside: list[int] = []  # the limits that those inside found; the first one found that of all others


@contextmanager
def deeper_recursion() -> Iterator[None]:
    """Raises the limit of recursion until the last thread inside leaves."""
    with _lock:
        _inside.append(getrecursionlimit())
        setrecursionlimit(max(FRAMES, _inside[0]))
    try:
        yield
    finally:
        with _lock:
            before = _inside[0]
            _inside.pop()
            if not _inside:
                setrecursionlimit(before)
