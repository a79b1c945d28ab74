"""Notes which parameters and fields the code under test reads, so that a test needs to break only those."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any
from unittest.mock import patch

from django.http import QueryDict


@contextmanager
def noted() -> Iterator[set[str]]:
    """Gives a set that grows by each name that is read of a request, whether the request has it or not."""
    names = set[str]()
    with ExitStack() as patches:
        for method in ("__getitem__", "__contains__", "getlist"):
            patches.enter_context(patch.object(QueryDict, method, _noting(getattr(QueryDict, method), names)))
        yield names


def _noting(method: Callable[..., Any], names: set[str]) -> Callable[..., Any]:
    @wraps(method)
    def read(self: QueryDict, name: str, *rest: Any, **named: Any) -> Any:
        if not self._mutable:  # Django itself still fills the others
            names.add(name)
        return method(self, name, *rest, **named)

    return read


def ask_for_each(ask: Callable[[str], Any], read: set[str]) -> dict[str, Any]:
    """Returns the answer for each name that is read, asked one by one: an answer can show that more are read."""
    found: dict[str, Any] = {}
    while left := read - found.keys():
        for name in sorted(left):
            found[name] = ask(name)
    return found
