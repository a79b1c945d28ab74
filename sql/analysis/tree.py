"""Walks the tree of a script."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from sql.language import ast


@cache
def _members(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.name not in {"span", "type"}) if is_dataclass(kind) else ()


def _kind(of: object) -> Any:
    return type(of)


def walk(node: ast.Node, *, queries: bool = True) -> Iterator[ast.Node]:
    """Yields a node and all nodes in it, the outer ones first; without `queries` it does not enter inner queries."""
    waiting: list[object] = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, tuple):
            waiting.extend(reversed(each))
        elif isinstance(each, ast.Node) and (queries or each is node or not isinstance(each, ast.Query)):
            yield each
            waiting.extend(getattr(each, name) for name in reversed(_members(_kind(each))))
