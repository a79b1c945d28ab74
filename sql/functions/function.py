"""Describes one operator or function: the types that it takes and gives, and its work on the values of a row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sql.errors import Fault, RowError
from sql.types import Type

Types = Sequence[Type]
Constants = Sequence[object]  # None for an argument that is not constant
# All that a row's values can raise; `decimal` raises ArithmeticError, and so do a division by zero and an overflow.
FAULTS = (RowError, ArithmeticError, ValueError)


class TypeProblem(Exception):  # noqa: N818 - a problem is a fault of a script
    """Means that a function does not take arguments of these types; the message is a sentence in the user's words."""


def no_template(types: Types) -> str | None:
    """Returns None: generated code calls the function."""
    return None


def no_constant_template(types: Types, constants: Constants) -> str | None:
    """Returns None: the constant arguments give no better template."""
    return None


@dataclass(frozen=True, kw_only=True)
class Function:
    """Describes an operator or a function as the typed plan names it, such as `+`, `UPPER` or `FLOOR_TIME`.

    - `result` returns the result's type, and raises TypeProblem when the function does not take the arguments.
    - `call` works on values. NULL never reaches it, unless `takes_null`. It raises one of FAULTS for a row's fault.
    - `inline` returns a Python expression with `{0}`, `{1}` … in place of the arguments, each exactly once or in a
      place that is evaluated once, or None. It may use the names of `registry.NAMES`, and assign to `_v`.
    - `inline_with` does the same for constant arguments that it knows, such as the unit of FLOOR_TIME. Its template may
      leave out a constant argument. Generated code asks `template`, which prefers this one.
    - `total` says that no values of the types can raise.
    - `prepare` is called once with the types and the constant arguments. It returns the callable for the rows, which
      takes all arguments, the constant ones too. Without it, `call` is that callable.
    """

    name: str
    result: Callable[[Types, Constants], Type]
    call: Callable[..., Any]
    inline: Callable[[Types], str | None] = no_template
    inline_with: Callable[[Types, Constants], str | None] = no_constant_template
    takes_null: bool = False
    total: bool | Callable[[Types], bool] = False
    prepare: Callable[[Types, Constants], Callable[..., Any]] | None = None

    def bind(self, types: Types, constants: Constants) -> Callable[..., Any]:
        """Returns the callable for the rows; raises TypeProblem for a constant argument that cannot be used."""
        return self.prepare(types, constants) if self.prepare else self.call

    def template(self, types: Types, constants: Constants) -> str | None:
        """Returns the best template for generated code, or None: it then calls the result of `bind`."""
        return self.inline_with(types, constants) or self.inline(types)

    def is_total(self, types: Types) -> bool:
        return self.total if isinstance(self.total, bool) else self.total(types)


def fault(sentence: str) -> RowError:
    """Returns the fault of a function's argument in one row."""
    return RowError(Fault.FUNCTION, sentence)
