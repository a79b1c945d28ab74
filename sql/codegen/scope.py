"""Keeps track of the values of a row while a loop is written: each is computed once, on its first use at the latest."""

from collections.abc import Callable
from dataclasses import dataclass

from sql.codegen.conversions import Conversions
from sql.codegen.expressions import VARIABLE, Writer
from sql.codegen.lines import Lines, Mark
from sql.codegen.names import Names
from sql.functions.registry import find
from sql.plan.expressions import Apply, Const, Convert, Expr, Field, RowTime
from sql.plan.trees import parts


@dataclass(slots=True)
class Later:
    """Is a value that cannot fail and is computed when it is first used."""

    text: Callable[[], str]  # writes the expression, after the values that it uses
    mark: Mark | None = None
    name: str = ""


Value = str | Later


class Scope:
    """Holds the values of one row by slot: a name, a literal, or a value that is computed later."""

    def __init__(
        self,
        names: Names,
        lines: Lines,
        conversions: Conversions,
        functions: list[str],
        values: list[Value],
    ) -> None:
        self.names, self.lines, self.conversions, self.functions, self.values = (
            names,
            lines,
            conversions,
            functions,
            values,
        )
        self.writer = Writer(names, self.fetch, conversions, functions)

    def over(self, values: list[Value]) -> "Scope":
        """Returns the scope of the rows that the next operator gets."""
        return Scope(self.names, self.lines, self.conversions, self.functions, values)

    def fetch(self, slot: int) -> str:
        """Returns the name of a slot's value, or its literal; it adds the lines that compute it."""
        value = self.values[slot]
        if isinstance(value, str):
            return value
        if not value.name:
            value.name = self._assign(value.text(), value.mark)
        return value.name

    def _assign(self, text: str, mark: Mark | None) -> str:
        name = self.names.fresh()
        self.lines.add(f"{name} = {text}", mark)
        return name

    def name(self, expr: Expr, mark: Mark) -> str:
        """Returns the name of an expression's value; it adds the lines that compute it."""
        text = self.writer.value(expr)
        return text if VARIABLE.fullmatch(text) else self._assign(text, mark)

    def item(self, expr: Expr, mark: Mark) -> Value:
        """Returns the value of an expression: at once where it can fail, later where it cannot."""
        if isinstance(expr, Field):
            return self.values[expr.slot]
        if isinstance(expr, Const | RowTime):
            return self.writer.value(expr)
        if self.is_total(expr):
            return Later(lambda: self.writer.value(expr), mark)
        return self.name(expr, mark)

    def is_total(self, expr: Expr) -> bool:
        """Returns whether no row can make an expression fail."""
        if isinstance(expr, Apply):
            function = find(expr.function)
            if function is None or not function.is_total([arg.type for arg in expr.args]):
                return False
        if isinstance(expr, Convert) and (expr.not_null or self.conversions(expr, self.names).changes):
            return False
        return all(map(self.is_total, parts(expr)))
