"""Remembers the answers of one look at a board: its panels ask much the same, and show the same moment."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """Lets `recall` remember, within it."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


@contextmanager
def same_look() -> Iterator[None]:
    """Lets `recall` remember within the present look, or else within a new one."""
    with one_look() if _answers.get() is None else nullcontext():
        yield


def recall(key: Hashable, make: Callable[[], T]) -> T:
    """Returns the answer of `make`; within a look, that of its first call for the key."""
    answers = _answers.get()
    if answers is None:
        return make()
    if key not in answers:
        answers[key] = make()
    found: T = answers[key]
    return found
