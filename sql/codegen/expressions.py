"""Writes typed expressions as Python expressions.

`value` gives the value or None for NULL. `true` and `false` give Python conditions that hold if and only if a condition
is TRUE or FALSE, so that three-valued logic costs nothing where only TRUE counts. NULL is tested only where it can be.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from sql.codegen.conversions import Conversions
from sql.codegen.names import Names
from sql.codegen.templates import ATOM, filled, literal
from sql.codegen.trees import Held, is_given, is_null, is_plain
from sql.functions.function import Function
from sql.functions.registry import find
from sql.plan.expressions import (
    Apply,
    Case,
    Coalesce,
    Const,
    Convert,
    Expr,
    Field,
    In,
    InTable,
    Junction,
    Not,
    Part,
    RowTime,
    StartTime,
    Test,
    Truth,
)
from sql.plan.trees import parts, walk
from sql.types import Type

CONDITIONS = (Junction, Not, Test, In, InTable)
VARIABLE = re.compile(r"v\d+")
DEEP = 12  # levels of an expression that are written into one Python expression; its parser takes 200 brackets


Fetch = Callable[[int], str]  # returns the name that holds the value of a slot


class Writer:
    """Writes the expressions on the rows of one operator's input."""

    def __init__(self, names: Names, fetch: Fetch, conversions: Conversions, functions: list[str]) -> None:
        """Takes how slots are fetched; `functions` collects the lines of further functions for deep expressions."""
        self._names, self._fetch, self._conversions, self._functions = names, fetch, conversions, functions
        self._levels: dict[int, int] = {}

    def value(self, expr: Expr) -> str:
        """Returns the Python expression of a value."""
        return self._apart(expr, self._value)

    def true(self, expr: Expr) -> str:
        """Returns a Python condition that holds if the condition is TRUE."""
        return self._apart(expr, self._true)

    def false(self, expr: Expr) -> str:
        """Returns a Python condition that holds if the condition is FALSE."""
        return self._apart(expr, self._false)

    def _apart(self, expr: Expr, write: Callable[[Expr], str]) -> str:
        """Writes an expression; a deep one as a function of its own, whose parameters are the values of the slots."""
        if self._height(expr) % DEEP:
            return write(expr)
        listed = dict.fromkeys(self._fetch(each.slot) for each in walk(expr) if isinstance(each, Field))
        held = dict.fromkeys(each.name for each in walk(expr) if isinstance(each, Held))
        parameters = ", ".join(["t", *(name for name in {**listed, **held} if VARIABLE.fullmatch(name))])
        name = self._names.fresh("f")
        body = write(expr)
        self._functions += [f"def {name}({parameters}):", f"    return {body}"]
        return f"{name}({parameters})"

    def _height(self, expr: Expr) -> int:
        """Returns the number of levels of an expression; a value in a slot has one."""
        known = self._levels.get(id(expr))
        if known is None:
            known = self._levels[id(expr)] = 1 + max(map(self._height, parts(expr)), default=0)
        return known

    def _value(self, expr: Expr) -> str:
        if isinstance(expr, CONDITIONS):
            return self._condition_value(expr)
        return VALUES[type(expr)](self, expr)

    def _true(self, expr: Expr) -> str:
        if isinstance(expr, Junction):
            return "(" + (" or " if expr.any else " and ").join(map(self.true, expr.args)) + ")"
        if isinstance(expr, Not):
            return self.false(expr.arg)
        if isinstance(expr, Test):
            return self._test(expr)
        if isinstance(expr, In | InTable):
            return self._member(expr, positive=True)
        if isinstance(expr, Apply):
            return self._guarded(expr, self._applied(expr), "{}")
        return self._value(expr)

    def _false(self, expr: Expr) -> str:
        if isinstance(expr, Junction):
            return "(" + (" and " if expr.any else " or ").join(map(self.false, expr.args)) + ")"
        if isinstance(expr, Not):
            return self.true(expr.arg)
        if isinstance(expr, Test):
            return f"(not {self._test(expr)})"
        if isinstance(expr, In | InTable):
            return self._member(expr, positive=False)
        if isinstance(expr, Apply):
            return self._guarded(expr, self._applied(expr), "({} is False)")
        return f"({self._value(expr)} is False)"

    def _test(self, expr: Test) -> str:
        if expr.truth == Truth.NULL:
            return f"({is_null(self.value(expr.arg))})"
        return self.true(expr.arg) if expr.truth == Truth.TRUE else self.false(expr.arg)

    def _condition_value(self, expr: Expr) -> str:
        if isinstance(expr, Test):
            return f"bool({self._test(expr)})"
        if not expr.nullable:
            return f"bool({self.true(expr)})"
        if isinstance(expr, Not):
            name = self._names.fresh()
            return f"(None if ({name} := {self.value(expr.arg)}) is None else not {name})"
        if isinstance(expr, Junction):
            return self._junction(expr)
        assert isinstance(expr, In | InTable)
        arg = self._named(expr.arg)
        positive = self._member(expr, positive=True, arg=arg[1])
        negative = self._member(expr, positive=False, arg=arg[1])
        return f"(None if {is_null(arg[0])} else True if {positive} else False if {negative} else None)"

    def _junction(self, expr: Junction) -> str:
        """Returns AND or OR as a value: the deciding value if an argument has it, else NULL if one is NULL."""
        deciding = str(expr.any)
        names = [self._names.fresh() for _ in expr.args]
        found = [
            f"{deciding} if ({name} := {self.value(arg)}) is {deciding}"
            for name, arg in zip(names, expr.args, strict=True)
        ]
        unknown = " or ".join(f"{name} is None" for name in names)
        return f"({' else '.join(found)} else None if {unknown} else {not expr.any})"

    def _named(self, expr: Expr) -> tuple[str, str]:
        """Returns an expression that computes a value, and one that repeats it."""
        text = self.value(expr)
        if ATOM.fullmatch(text):
            return text, text
        name = self._names.fresh()
        return f"({name} := {text})", name

    def _member(self, expr: In | InTable, *, positive: bool, arg: str = "") -> str:
        """Returns IN or NOT IN as a Python condition; `arg` repeats the value if it is computed already."""
        first, again = (arg, arg) if arg else self._named(expr.arg)
        if isinstance(expr, InTable):
            values = self._names.make(lambda run: run.values(expr.table, expr.slot), "s")
            test = f"{values}.{'has' if positive else 'lacks'}({again}, t)"
        else:
            test = self._in(expr, again, positive=positive)
        return f"({is_given(first)} and {test})"

    def _in(self, expr: In, arg: str, *, positive: bool) -> str:
        constants = [each for each in expr.options if isinstance(each, Const) and is_plain(expr.arg.type, each)]
        if len(constants) < len(expr.options):
            held = Held(type=expr.arg.type, nullable=False, name=arg)
            equal = [Apply(function="=", args=(held, option), type=expr.type) for option in expr.options]
            tests = map(self._true if positive else self._false, equal)
            return "(" + (" or " if positive else " and ").join(tests) + ")"
        found = frozenset(each.value for each in constants if each.value is not None)
        if not positive and any(each.value is None for each in constants):
            return "False"
        return f"{arg} {'in' if positive else 'not in'} {self._names.bind(found)}"

    def _applied(self, expr: Apply) -> tuple[list[tuple[str, str]], str]:
        """Returns the arguments that may be NULL, each as computed and as repeated, and the application itself."""
        function = find(expr.function)
        assert function is not None, expr.function
        guards: list[tuple[str, str]] = []
        texts: list[str] = []
        for arg in expr.args:
            first, again = self._named(arg) if arg.nullable and not function.takes_null else ("", "")
            if first:
                guards.append((first, again))
            texts.append(again or self.value(arg))
        return list(dict.fromkeys(guards)), self._call(function, expr.args, texts)

    def _call(self, function: Function, args: Sequence[Expr], texts: list[str]) -> str:
        types: list[Type] = [arg.type for arg in args]
        constants = [arg.value if isinstance(arg, Const) else None for arg in args]
        template = function.template(types, constants)
        if template is None:
            return f"{self._names.bind(function.bind(types, constants), 'f')}({', '.join(texts)})"
        return filled(self._names, template, texts)

    def _guarded(self, expr: Apply, applied: tuple[list[tuple[str, str]], str], form: str) -> str:
        """Returns an application as a condition, which does not hold where an argument is NULL."""
        guards, text = applied
        if any(first == "None" for first, _ in guards):
            return "False"
        return "(" + " and ".join([*(is_given(first) for first, _ in guards), form.format(text)]) + ")"

    def const(self, expr: Const) -> str:
        return literal(self._names, expr.value)

    def field(self, expr: Field) -> str:
        return self._fetch(expr.slot)

    def held(self, expr: "Held") -> str:
        return expr.name

    def row_time(self, expr: RowTime) -> str:
        return "t"

    def start_time(self, expr: StartTime) -> str:
        return self._names.make(lambda run: run.start, "m")

    def apply(self, expr: Apply) -> str:
        guards, text = self._applied(expr)
        if any(first == "None" for first, _ in guards):
            return "None"
        return f"(None if {' or '.join(is_null(first) for first, _ in guards)} else {text})" if guards else text

    def convert(self, expr: Convert) -> str:
        found = self._conversions(expr, self._names)
        if not expr.arg.nullable:
            return found.filled(self._names, self.value(expr.arg))
        first, again = self._named(expr.arg)
        if first == "None" or not (found.changes or expr.not_null):
            return first if not expr.not_null else found.missing(self._names)
        null = found.missing(self._names) if expr.not_null else "None"
        return f"({null} if {is_null(first)} else {found.filled(self._names, again)})"

    def case(self, expr: Case) -> str:
        branches = " else ".join(f"{self.value(result)} if {self.true(when)}" for when, result in expr.branches)
        return f"({branches} else {self.value(expr.otherwise)})"

    def coalesce(self, expr: Coalesce) -> str:
        *others, last = expr.args
        named = [self._named(arg) for arg in others]
        return (
            "(" + " else ".join([*(f"{again} if {is_given(first)}" for first, again in named), self.value(last)]) + ")"
        )

    def part(self, expr: Part) -> str:
        first, again = self._named(expr.arg)
        return f"(None if {is_null(first)} else {again}[{expr.index}])"


VALUES: dict[type, Callable[[Writer, Any], str]] = {
    Const: Writer.const,
    Field: Writer.field,
    Held: Writer.held,
    RowTime: Writer.row_time,
    StartTime: Writer.start_time,
    Apply: Writer.apply,
    Convert: Writer.convert,
    Case: Writer.case,
    Coalesce: Writer.coalesce,
    Part: Writer.part,
}
