"""Defines the nodes of statements, and the script that holds them."""

from dataclasses import dataclass
from typing import Literal

from sql.errors import Problem
from sql.language.ast.base import Expression, Identifier, Node, Query, Statement
from sql.types import Type


@dataclass(frozen=True, slots=True)
class ColumnDef(Node):
    name: Identifier
    type: Type
    not_null: bool = False


@dataclass(frozen=True, slots=True)
class CreateStream(Statement):
    name: Identifier
    columns: tuple[ColumnDef, ...]
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Insert(Statement):
    """INSERT INTO target: inside a pump, or a statement of its own. `columns` is empty if no list was written."""

    target: Identifier
    columns: tuple[Identifier, ...]
    query: Query


@dataclass(frozen=True, slots=True)
class CreatePump(Statement):
    name: Identifier
    insert: Insert
    started: bool = True  # False: STOPPED
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Peek(Statement):
    """Is a query that stands alone: the console showed its rows, and nothing stored them."""

    query: Query


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    name: Identifier
    type: Type


@dataclass(frozen=True, slots=True)
class CreateFunction(Statement):
    name: Identifier
    parameters: tuple[Parameter, ...]
    returns: Type
    body: Expression
    null_on_null: bool = False  # RETURNS NULL ON NULL INPUT
    replace: bool = False


@dataclass(frozen=True, slots=True)
class CreateView(Statement):
    name: Identifier
    columns: tuple[Identifier, ...]
    query: Query
    replace: bool = False


@dataclass(frozen=True, slots=True)
class AlterPump(Statement):
    """ALTER PUMP … START or STOP. No names: `*`, every pump."""

    names: tuple[Identifier, ...]
    start: bool


@dataclass(frozen=True, slots=True)
class Drop(Statement):
    kind: Literal["STREAM", "PUMP", "FUNCTION", "VIEW"]
    name: Identifier
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """Is a whole script. `warnings` are in the order of the text."""

    text: str
    statements: tuple[Statement, ...]
    warnings: tuple[Problem, ...] = ()
