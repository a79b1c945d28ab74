"""Puts off the import of functions that few processes call: a worker draws no page, and few pages search."""

from collections.abc import Callable
from functools import cache, partial
from pkgutil import resolve_name
from typing import Any

_found = cache(resolve_name)


def later(place: str) -> Callable[..., Any]:
    """Returns a function that imports the one at `MODULE:NAME` when it is first called, and calls it."""
    return partial(_call, place)


def _call(place: str, /, *values: Any, **named: Any) -> Any:
    return _found(place)(*values, **named)
