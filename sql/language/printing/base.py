"""Finds the function that writes a kind of node, and writes names."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from sql.language.ast import Expression, Identifier, Node
from sql.language.words import HARD, NILADIC, SOFT

PLAIN = re.compile(r"[A-Z_][A-Z0-9_]*")
Writer = Callable[[Any], str]
WRITERS: dict[type[Node], Writer] = {}
# How strongly an expression is held together; those that are left out need no parentheses anywhere.
POWERS: dict[type[Node], Callable[[Any], int]] = {}


def writes(kind: type[Node]) -> Callable[[Writer], Writer]:
    """Makes a function the writer of a kind of node."""

    def register(writer: Writer) -> Writer:
        WRITERS[kind] = writer
        return writer

    return register


def to_text(node: Node) -> str:
    """Returns the text of a statement, a query, an expression or a part of one, on one line.

    Names are written as the user wrote them.
    """
    return WRITERS[type(node)](node)


def listed(nodes: Iterable[Node]) -> str:
    """Returns the texts of the nodes with commas between them."""
    return ", ".join(map(to_text, nodes))


def in_parentheses(node: Expression, power: int) -> str:
    """Returns the expression's text, in parentheses if it is held together less strongly than `power`."""
    strength = POWERS.get(type(node))
    return to_text(node) if strength is None or strength(node) >= power else f"({to_text(node)})"


@writes(Identifier)
def name(node: Identifier) -> str:
    """Returns the name in the user's spelling; one that was made up is quoted if it must be."""
    return node.written or spelt(node.name, quoted=node.quoted or node.name in SOFT - NILADIC)


def spelt(text: str, *, quoted: bool = False) -> str:
    """Returns a name in quotes, or without them where that means the same."""
    if not quoted and PLAIN.fullmatch(text) and text not in HARD:
        return text
    return '"' + text.replace('"', '""') + '"'
