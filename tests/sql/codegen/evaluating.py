"""Evaluates expressions by walking their tree, straight from the rules of three-valued logic."""

from typing import Any

from sql.functions.registry import find
from sql.plan.expressions import Apply, Case, Coalesce, Const, Expr, Field, In, Junction, Not, Test, Truth


def evaluate(expr: Expr, row: tuple[Any, ...]) -> Any:
    """Returns the value of an expression for a row; raises what the row's values raise."""
    if isinstance(expr, Const):
        return expr.value
    if isinstance(expr, Field):
        return row[expr.slot]
    if isinstance(expr, Apply):
        return _applied(expr, row)
    if isinstance(expr, Case):
        found = (result for when, result in expr.branches if evaluate(when, row) is True)
        return evaluate(next(found, expr.otherwise), row)
    if isinstance(expr, Coalesce):
        return next((value for arg in expr.args if (value := evaluate(arg, row)) is not None), None)
    return _condition(expr, row)


def _applied(expr: Apply, row: tuple[Any, ...]) -> Any:
    function = find(expr.function)
    assert function is not None
    constants = [arg.value if isinstance(arg, Const) else None for arg in expr.args]
    values = [evaluate(arg, row) for arg in expr.args]
    if None in values and not function.takes_null:
        return None
    return function.bind([arg.type for arg in expr.args], constants)(*values)


def _condition(expr: Expr, row: tuple[Any, ...]) -> bool | None:
    if isinstance(expr, Junction):
        values = [evaluate(arg, row) for arg in expr.args]
        return expr.any if expr.any in values else None if None in values else not expr.any
    if isinstance(expr, Not):
        value = evaluate(expr.arg, row)
        return None if value is None else not value
    if isinstance(expr, Test):
        return evaluate(expr.arg, row) is {Truth.NULL: None, Truth.TRUE: True, Truth.FALSE: False}[expr.truth]
    assert isinstance(expr, In)
    value, options = evaluate(expr.arg, row), [evaluate(option, row) for option in expr.options]
    if value is None:
        return None
    return True if value in options else None if None in options else False
