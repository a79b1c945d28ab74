"""Names operators by their structure, so that a new version of a script finds the state that it may keep."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from hashlib import blake2b
from typing import Any

from sql.plan.nodes import Node, Scan

Memo = dict[int, str]  # fingerprints by the identities of nodes


def fingerprint(node: Node, memo: Memo | None = None) -> str:
    """Returns 32 hexadecimal digits that two operators share if they compute the same from the same streams.

    They cover the operator's expressions, types and input operators, and the columns of the streams below; the names
    of computed columns and the user's spelling are left out. They are the same in every process. With a memo, the
    operators of a tree are each looked at once.
    """
    known: Memo = {} if memo is None else memo
    if id(node) not in known:
        below = [fingerprint(each, known) for each in node.inputs]
        known[id(node)] = blake2b("\n".join((*below, *_words(node))).encode(), digest_size=16).hexdigest()
    return known[id(node)]


def _words(node: Node) -> Iterator[str]:
    yield type(node).__name__
    inputs = {id(each) for each in node.inputs}
    for name in _compared(_kind(node)):
        value = getattr(node, name)
        if name == "columns" and not isinstance(node, Scan):
            yield from (_text((each.type, each.nullable)) for each in value)
        elif id(value) not in inputs and name != "branches":
            yield f"{name}={_text(value)}"


@cache
def _compared(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.compare)


def _text(value: object) -> str:
    """Returns a value as a text; texts are quoted, so that none can look like another value."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if is_dataclass(value) and not isinstance(value, type):
        inner = ",".join(f"{name}={_text(getattr(value, name))}" for name in _compared(_kind(value)))
        return f"{type(value).__name__}({inner})"
    if isinstance(value, tuple):
        return f"({','.join(map(_text, value))})"
    return f"{type(value).__name__}:{value!r}"


def _kind(value: object) -> Any:
    return type(value)
