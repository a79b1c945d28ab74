"""Defines the kinds of nodes, and names."""

from dataclasses import dataclass, field

from sql.errors import Span


@dataclass(frozen=True, slots=True)
class Node:
    """Has a place in the text; nodes that are made without one are at the start of the script."""

    span: Span = field(default=Span(0, 0), compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Identifier(Node):
    """Names something. `name` decides: it is in capitals unless it was quoted. `written` is the user's own spelling."""

    name: str
    quoted: bool = field(default=False, compare=False)
    written: str = field(default="", compare=False)  # with its quotes

    def __str__(self) -> str:
        return self.written or self.name


@dataclass(frozen=True, slots=True)
class Expression(Node):
    """Has a value for each row."""


@dataclass(frozen=True, slots=True)
class Query(Node):
    """Gives rows: a Select, a SetQuery or Values."""


@dataclass(frozen=True, slots=True)
class Source(Node):
    """Stands in FROM: a NamedSource, a SubquerySource, a FunctionSource or a Join."""


@dataclass(frozen=True, slots=True)
class Statement(Node):
    """Stands between two semicolons. Its span ends before the semicolon."""
