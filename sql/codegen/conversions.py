"""Writes conversions: CAST, and the assignment of a value to a column."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sql.codegen.names import Names
from sql.codegen.templates import filled
from sql.errors import Fault, RowError
from sql.functions.casting import assign_inline, assign_to, cast_inline, cast_to, refuse_text
from sql.plan.expressions import Convert
from sql.types import Family, Kind, Type


@dataclass(frozen=True, slots=True)
class Converted:
    """Holds the template of a conversion, with `{0}` for the value; "{0}" alone changes nothing."""

    template: str
    column: str

    @property
    def changes(self) -> bool:
        return self.template != "{0}"

    def filled(self, names: Names, text: str) -> str:
        return filled(names, self.template, [text])

    def missing(self, names: Names) -> str:
        """Returns the Python expression that refuses NULL."""
        return f"{names.bind(refusal(self.column), 'f')}()"


def refusal(column: str) -> Callable[[], Any]:
    """Returns the function that raises the fault of NULL in a column that is NOT NULL."""

    def refuse() -> Any:
        raise RowError(Fault.NOT_NULL, f"{column or 'The column'} is NOT NULL, and the value is NULL.")

    return refuse


class Conversions:
    """Finds the template of a conversion. `refuses` makes a text that is too long for its column a fault."""

    def __init__(self, *, refuses: bool = False) -> None:
        self._refuses = refuses

    def __call__(self, expr: Convert, names: Names) -> Converted:
        source, target = expr.arg.type, expr.type
        if expr.assigns:
            return Converted(self._assignment(source, target, expr.column, names), expr.column)
        template = cast_inline(source, target)
        return Converted(template or f"{names.bind(cast_to(source, target), 'f')}({{0}})", expr.column)

    def _assignment(self, source: Type, target: Type, column: str, names: Names) -> str:
        if template := assign_inline(source, target):
            return template
        if target.family == Family.TEXT:
            return self._text(source, target, column, names)
        return f"{names.bind(assign_to(source, target), 'f')}({{0}})"

    def _text(self, source: Type, target: Type, column: str, names: Names) -> str:
        if self._refuses:
            return f"{names.bind(assign_to(source, target, refuse_text), 'f')}({{0}})"
        if source.family == Family.TEXT and target.kind == Kind.VARCHAR:
            cut = names.make(lambda run: run.cutter(column), "c")
            return f"(_v if len(_v := {{0}}) <= {target.size} else {cut}(_v, {target.size}))"
        return f"{names.make(lambda run: assign_to(source, target, run.cutter(column)), 'c')}({{0}})"
