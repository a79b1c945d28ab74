"""Computes an expression of a plan for one row by walking its tree."""

from collections.abc import Callable, Mapping, Sequence
from functools import singledispatchmethod
from typing import Any, NamedTuple

from sql.errors import Fault, RowError
from sql.functions import registry
from sql.functions.casting import assign_to, cast_to
from sql.plan import expressions as plan

Row = Sequence[Any]


class Moment(NamedTuple):
    """Holds everything but the row that an expression may depend on."""

    time: int = 0  # row time, in milliseconds
    started: int = 0  # of the version, in milliseconds
    tables: Mapping[str, Sequence[Row]] = {}  # rows of the reference tables


class Evaluator:
    """Computes expressions. It binds each function and conversion once, since binding one may compile a pattern."""

    def __init__(self) -> None:
        self._bound: dict[plan.Expr, Callable[..., Any]] = {}

    def evaluate(self, expr: plan.Expr, row: Row, moment: Moment) -> Any:
        """Returns the value, None for NULL. Raises one of registry.FAULTS where the row has none."""
        return self._value(expr, row, moment)

    @singledispatchmethod
    def _value(self, expr: plan.Expr, row: Row, moment: Moment) -> Any:
        raise TypeError(f"There is no rule for {type(expr).__name__}.")

    @_value.register
    def _(self, expr: plan.Const, row: Row, moment: Moment) -> Any:
        return expr.value

    @_value.register
    def _(self, expr: plan.Field, row: Row, moment: Moment) -> Any:
        return row[expr.slot]

    @_value.register
    def _(self, expr: plan.RowTime, row: Row, moment: Moment) -> Any:
        return moment.time

    @_value.register
    def _(self, expr: plan.StartTime, row: Row, moment: Moment) -> Any:
        return moment.started

    @_value.register
    def _(self, expr: plan.Apply, row: Row, moment: Moment) -> Any:
        function = registry.find(expr.function)
        assert function, expr.function
        args = [self._value(arg, row, moment) for arg in expr.args]
        if None in args and not function.takes_null:
            return None
        if expr not in self._bound:
            constants = [arg.value if isinstance(arg, plan.Const) else None for arg in expr.args]
            self._bound[expr] = function.bind([arg.type for arg in expr.args], constants)
        return self._bound[expr](*args)

    @_value.register
    def _(self, expr: plan.Convert, row: Row, moment: Moment) -> Any:
        value = self._value(expr.arg, row, moment)
        if value is None:
            if expr.not_null:
                raise RowError(Fault.NOT_NULL, f"The column {expr.column} must not be NULL.")
            return None
        if expr not in self._bound:
            source, target = expr.arg.type, expr.type
            self._bound[expr] = assign_to(source, target) if expr.assigns else cast_to(source, target)
        return self._bound[expr](value)

    def _conversion(self, expr: plan.Convert) -> Callable[..., Any]:
        source, target = expr.arg.type, expr.type
        return assign_to(source, target) if expr.assigns else cast_to(source, target)

    @_value.register
    def _(self, expr: plan.Junction, row: Row, moment: Moment) -> Any:
        """Stops at the first argument that decides, as the generated code does: a later fault does not count."""
        unknown = False
        for arg in expr.args:
            value = self._value(arg, row, moment)
            if value is expr.any:
                return expr.any
            unknown = unknown or value is None
        return None if unknown else not expr.any

    @_value.register
    def _(self, expr: plan.Not, row: Row, moment: Moment) -> Any:
        value = self._value(expr.arg, row, moment)
        return None if value is None else not value

    @_value.register
    def _(self, expr: plan.Test, row: Row, moment: Moment) -> Any:
        return self._value(expr.arg, row, moment) is {"NULL": None, "TRUE": True, "FALSE": False}[expr.truth]

    @_value.register
    def _(self, expr: plan.In, row: Row, moment: Moment) -> Any:
        return self._is_in(self._value(expr.arg, row, moment), [self._value(o, row, moment) for o in expr.options])

    @_value.register
    def _(self, expr: plan.InTable, row: Row, moment: Moment) -> Any:
        value = self._value(expr.arg, row, moment)
        return self._is_in(value, [each[expr.slot] for each in moment.tables[expr.table]])

    @staticmethod
    def _is_in(value: Any, options: Sequence[Any]) -> bool | None:
        if not options:
            return False
        if value is None:
            return None
        if any(option is not None and option == value for option in options):
            return True
        return None if None in options else False

    @_value.register
    def _(self, expr: plan.Case, row: Row, moment: Moment) -> Any:
        for condition, value in expr.branches:
            if self._value(condition, row, moment) is True:
                return self._value(value, row, moment)
        return self._value(expr.otherwise, row, moment)

    @_value.register
    def _(self, expr: plan.Coalesce, row: Row, moment: Moment) -> Any:
        for arg in expr.args:
            if (value := self._value(arg, row, moment)) is not None:
                return value
        return None

    @_value.register
    def _(self, expr: plan.Part, row: Row, moment: Moment) -> Any:
        value = self._value(expr.arg, row, moment)
        return None if value is None else value[expr.index]
