"""Splits the condition of a join into equalities, by which rows are found, and the rest."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sql.analysis.context import Context
from sql.analysis.expressions import Typer
from sql.analysis.forms import joined
from sql.analysis.predicates import as_type
from sql.analysis.rewriting import parts_of, plain, rewrite
from sql.analysis.scope import Scope
from sql.functions.rules import common_type
from sql.language import ast
from sql.plan.expressions import Apply, Const, Expr, Field, Junction, RowTime
from sql.plan.nodes import Table
from sql.types import BOOLEAN, Family, Kind, Type

Pair = tuple[Expr, Expr]  # on the left row, and on the joined row's right part


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds the equalities between the sides, and the other conditions, all on the joined row."""

    pairs: tuple[Pair, ...]
    rest: tuple[Expr, ...]
    width: int  # of the left row

    def links(self, width: int) -> bool:
        """Returns whether any condition speaks of both sides."""
        sides = [{slot < width for slot in _slots(each)} for each in self.rest]
        return bool(self.pairs) or any(len(each) > 1 for each in sides)

    def on_streams(self, width: int) -> tuple[tuple[Pair, ...], Expr | None]:
        """Returns the keys on the left and on the right row, and the other conditions on the joined row."""
        return tuple((one, _shifted(other, width)) for one, other in self.pairs), _all(self.rest)

    def on_table(self, table: Table) -> tuple[tuple[tuple[Expr, int], ...], Expr | None]:
        """Returns the keys on the stream's row with their columns of the table, and the other conditions."""
        keys: list[tuple[Expr, int]] = []
        rest = list(self.rest)
        for one, other in self.pairs:
            if isinstance(other, Field) and other.type == table.columns[other.slot - self.width].type:
                keys.append((one, other.slot - self.width))
            else:
                rest.append(_equal(one, other))
        return tuple(keys), _all(rest)


def condition_of(context: Context, scope: Scope, on: ast.Expression | None, width: int, clause: str) -> Condition:
    """Returns the typed condition of a join. Raises ReportedError."""
    if on is None:
        return Condition((), (), width)
    typed = plain(Typer(context, scope, clause).condition(on))
    parts = typed.args if isinstance(typed, Junction) and not typed.any else (typed,)
    pairs: list[Pair] = []
    rest: list[Expr] = []
    for each in parts:
        pair = _pair(each, width)
        if pair:
            pairs.append(pair)
        elif not (isinstance(each, Const) and each.value is True):
            rest.append(each)
    return Condition(tuple(pairs), tuple(rest), width)


def _pair(expr: Expr, width: int) -> Pair | None:
    """Returns the two sides of an equality between the left and the right row, held alike; None for all else."""
    if not isinstance(expr, Apply) or expr.function != "=":
        return None
    one, other = expr.args
    sides = [{slot < width for slot in _slots(each)} for each in (one, other)]
    if sides == [{False}, {True}]:
        one, other = other, one
    elif sides != [{True}, {False}]:
        return None
    if any(isinstance(part, RowTime) for each in (one, other) for part in parts_of(each)):
        return None  # the row time of the joined row is not that of a side
    if not _hashable(one.type, other.type):
        return None
    target = common_type([one.type, other.type])
    return as_type(one, target), as_type(other, target)


def _hashable(one: Type, other: Type) -> bool:
    """Returns whether equal values are held as equal values: not CHARs of several lengths, nor rounded numbers."""
    if one.family == other.family == Family.TEXT:
        return Kind.CHAR not in {one.kind, other.kind} or one == other
    return one.family == other.family or Family.APPROXIMATE not in {one.family, other.family}


def _equal(one: Expr, other: Expr) -> Expr:
    return Apply(type=BOOLEAN, nullable=one.nullable or other.nullable, function="=", args=(one, other))


def _slots(expr: Expr) -> set[int]:
    return {each.slot for each in parts_of(expr) if isinstance(each, Field)}


def _shifted(expr: Expr, by: int) -> Expr:
    return rewrite(expr, lambda each: replace(each, slot=each.slot - by) if isinstance(each, Field) else None)


def _all(conditions: Iterable[Expr]) -> Expr | None:
    found = list(conditions)
    return joined(found) if found else None
