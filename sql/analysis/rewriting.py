"""Walks and rewrites typed expressions, and defines those that exist during the analysis alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sql.plan.expressions import Apply, Case, Coalesce, Expr, In, Junction, RowTime
from sql.plan.trees import parts, walk


@dataclass(frozen=True, slots=True, kw_only=True)
class OutTime(Expr):
    """Is bare ROWTIME in a grouped SELECT: the row time of the row about to leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRef(Expr):
    """Is the value of the aggregate call with this number in its SELECT."""

    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared(Expr):
    """Is MONOTONIC(arg)."""

    arg: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival(Expr):
    """Is APPROXIMATE_ARRIVAL_TIME: the row time, which the dialect's rules do not take for one that never falls."""


def children(expr: Expr) -> tuple[Expr, ...]:
    """Returns the expressions that an expression is made of."""
    return (expr.arg,) if isinstance(expr, Declared) else parts(expr)


def with_children(expr: Expr, new: tuple[Expr, ...]) -> Expr:
    """Returns an expression made of other parts, in the order of `children`."""
    changes: dict[str, Any]
    match expr:
        case Apply() | Junction() | Coalesce():
            changes = {"args": new}
        case In():
            changes = {"arg": new[0], "options": new[1:]}
        case Case():
            changes = {"branches": tuple(zip(new[:-1:2], new[1:-1:2], strict=True)), "otherwise": new[-1]}
        case _:
            changes = {"arg": new[0]}
    return replace(expr, **changes)


def rewrite(expr: Expr, change: Callable[[Expr], Expr | None]) -> Expr:
    """Returns an expression in which `change` replaced parts, the outermost first; it returns None to look inside."""
    changed = change(expr)
    if changed is not None:
        return changed
    old = children(expr)
    new = tuple(rewrite(each, change) for each in old)
    return expr if all(one is other for one, other in zip(old, new, strict=True)) else with_children(expr, new)


def parts_of(expr: Expr) -> Iterator[Expr]:
    """Yields an expression and all that it is made of, the outer ones first."""
    return walk(expr, children)


def plain(expr: Expr) -> Expr:
    """Returns an expression as the plan has it: without the MONOTONICs in it, and with arrival times as row times."""
    return rewrite(expr, _planned)


def _planned(expr: Expr) -> Expr | None:
    if isinstance(expr, Arrival):
        return RowTime(type=expr.type, nullable=False, written=expr.written, span=expr.span)
    return plain(expr.arg) if isinstance(expr, Declared) else None
