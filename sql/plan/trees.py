"""Looks into the expressions of a plan."""

from collections.abc import Callable, Iterator

from sql.plan.expressions import Apply, Case, Coalesce, Convert, Expr, In, InTable, Junction, Not, Part, Test


def parts(expr: Expr) -> tuple[Expr, ...]:
    """Returns the expressions that an expression is made of."""
    match expr:
        case Apply() | Junction() | Coalesce():
            return expr.args
        case Convert() | Not() | Test() | Part() | InTable():
            return (expr.arg,)
        case In():
            return (expr.arg, *expr.options)
        case Case():
            return (*(each for branch in expr.branches for each in branch), expr.otherwise)
    return ()


def walk(expr: Expr, inside: Callable[[Expr], tuple[Expr, ...]] = parts) -> Iterator[Expr]:
    """Yields an expression and all expressions inside it, the outer ones first and from left to right."""
    waiting = [expr]
    while waiting:
        yield (each := waiting.pop())
        waiting.extend(reversed(inside(each)))
