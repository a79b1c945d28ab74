"""Writes the expressions of a plan in Flink SQL."""

from collections.abc import Callable, Sequence
from functools import singledispatchmethod

from sql.flink.fidelity import Cannot, Notes
from sql.flink.literals import type_name, value
from sql.plan import expressions as plan
from sql.types import NUMERIC, Family

DIVISION = (
    "A division by zero ends the whole job in Flink; here it gives NULL, where Millrace keeps the row as a fault."
)
DATES = "Flink's formats of dates take other letters, and do not read leniently."
NUMBERS = "Flink writes approximate numbers in another form."
TEXTS = "A text that cannot be converted gives NULL in Flink, where Millrace keeps the row as a fault."
INTERVALS = "A column of Flink cannot hold an interval of time, nor can an expression compute with one."
INFIX = {"+", "-", "*", "/", "||", "=", "<>", "<", "<=", ">", ">="}
SAME = {
    "UPPER",
    "LOWER",
    "INITCAP",
    "CHAR_LENGTH",
    "ABS",
    "CEIL",
    "FLOOR",
    "POWER",
    "EXP",
    "LN",
    "LOG10",
    "SQRT",
    "ROUND",
    "GREATEST",
    "LEAST",
}


class Writer:
    """Writes expressions on rows with columns called `columns` and a row time called `time`.

    `late` is a sentence about that time, for the notes of a statement that reads it.
    """

    def __init__(self, columns: Sequence[str], time: str, notes: Notes, late: str = "") -> None:
        self._columns, self._time, self._notes, self._late = columns, time, notes, late

    def write(self, expr: plan.Expr) -> str:
        """Returns the expression. Raises Cannot."""
        return self._of(expr)

    @singledispatchmethod
    def _of(self, expr: plan.Expr) -> str:
        raise Cannot(f"{expr.written or type(expr).__name__} has no counterpart.")

    @_of.register
    def _(self, expr: plan.Const) -> str:
        return value(expr.value, expr.type)

    @_of.register
    def _(self, expr: plan.Field) -> str:
        if expr.type.family == Family.INTERVAL:
            raise Cannot(INTERVALS)
        return self._columns[expr.slot]

    @_of.register
    def _(self, expr: plan.RowTime) -> str:
        if self._late:
            self._notes.near(self._late)
        return f"CAST({self._time} AS TIMESTAMP(3))"

    @_of.register
    def _(self, expr: plan.StartTime) -> str:
        raise Cannot("CURRENT_TIMESTAMP as the time of the start has no counterpart.")

    @_of.register
    def _(self, expr: plan.Convert) -> str:
        source, target = expr.arg.type, expr.type
        if expr.not_null and expr.arg.nullable:
            self._notes.near(f"A NULL goes into {expr.column or 'the column'}, which is NOT NULL.")
        arg = self._of(expr.arg)
        if source == target:
            return arg
        if target.family == Family.WHOLE and source.family in NUMERIC - {Family.WHOLE}:
            arg = f"ROUND({arg}, 0)"  # Flink's CAST cuts
        if source.family == Family.APPROXIMATE and target.family == Family.TEXT:
            self._notes.near(NUMBERS)
        if source.family == Family.TEXT and target.family != Family.TEXT:
            self._notes.near(TEXTS)
            exact = target.family == Family.WHOLE
            return (
                f"TRY_CAST({f'ROUND(TRY_CAST({arg} AS DECIMAL(38, 9)), 0)' if exact else arg} AS {type_name(target)})"
            )
        return f"CAST({arg} AS {type_name(target)})"

    @_of.register
    def _(self, expr: plan.Junction) -> str:
        return "(" + (" OR " if expr.any else " AND ").join(map(self._of, expr.args)) + ")"

    @_of.register
    def _(self, expr: plan.Not) -> str:
        return f"(NOT {self._of(expr.arg)})"

    @_of.register
    def _(self, expr: plan.Test) -> str:
        return f"({self._of(expr.arg)} IS {expr.truth})"

    @_of.register
    def _(self, expr: plan.In) -> str:
        return f"({self._of(expr.arg)} IN ({', '.join(map(self._of, expr.options))}))"

    @_of.register
    def _(self, expr: plan.Case) -> str:
        branches = " ".join(f"WHEN {self._of(when)} THEN {self._of(then)}" for when, then in expr.branches)
        return f"CASE {branches} ELSE {self._of(expr.otherwise)} END"

    @_of.register
    def _(self, expr: plan.Coalesce) -> str:
        return f"COALESCE({', '.join(map(self._of, expr.args))})"

    @_of.register
    def _(self, expr: plan.Apply) -> str:
        _check_intervals(expr)
        args = [self._of(arg) for arg in expr.args]
        if expr.function in {"/", "MOD"}:
            return self._quotient(expr, *args)
        if expr.function in INFIX:
            return f"({args[0]} {expr.function} {args[1]})"
        if expr.function in SAME:
            return f"{expr.function}({', '.join(args)})"
        if expr.function not in FORMS:
            raise Cannot(f"The function {expr.function} has no counterpart.")
        return FORMS[expr.function](args, expr, self._notes)

    def _quotient(self, expr: plan.Apply, dividend: str, divisor: str) -> str:
        by = expr.args[1]
        if not (isinstance(by, plan.Const) and by.value):
            self._notes.near(DIVISION)
            divisor = f"NULLIF({divisor}, 0)"
        if expr.function == "MOD":
            return f"MOD({dividend}, {divisor})"
        quotient = f"({dividend} / {divisor})"
        return f"CAST({quotient} AS {type_name(expr.type)})" if expr.type.family == Family.EXACT else quotient


def _check_intervals(expr: plan.Apply) -> None:
    """Raises Cannot where an interval is computed with, besides a constant that is added to a time."""
    for arg in expr.args:
        shifts = isinstance(arg, plan.Const) and expr.function in {"+", "-", "STEP"}
        if arg.type.family == Family.INTERVAL and not (shifts and expr.type.family != Family.INTERVAL):
            raise Cannot(INTERVALS)


Form = Callable[[list[str], plan.Apply, Notes], str]


def _template(form: str, near: str = "") -> Form:
    def write(args: list[str], _: plan.Apply, notes: Notes) -> str:
        if near:
            notes.near(near)
        return form.format(*args)

    return write


def _bare(argument: str) -> str:
    """Returns the word in a text literal, such as the MINUTE of 'MINUTE'."""
    return argument.strip("'")


def _keyword(form: str, word: int) -> Form:
    return lambda args, *_: form.format(*(_bare(arg) if at == word else arg for at, arg in enumerate(args)))


def _like(operator: str) -> Form:
    def write(args: list[str], *_: object) -> str:
        escape = f" ESCAPE {args[2]}" if len(args) > 2 else ""
        return f"({args[0]} {operator} {args[1]}{escape})"

    return write


def _span(begin: str, middle: str, end: str) -> Form:
    """Returns the form of a function with a start and perhaps a length, after one or two texts."""

    def write(args: list[str], expr: plan.Apply, _: Notes) -> str:
        texts = sum(each.type.family == Family.TEXT for each in expr.args[:2])
        head = f" {middle} ".join(args[:texts]) if middle else args[0]
        length = f" FOR {args[texts + 1]}" if len(args) > texts + 1 else ""
        return f"{begin}({head} FROM {args[texts]}{length}){end}"

    return write


def _step(args: list[str], expr: plan.Apply, _: Notes) -> str:
    if expr.type.family == Family.WHOLE:
        return f"(({args[0]} / {args[1]}) * {args[1]})"
    raise Cannot("STEP of a time stands only where it groups.")


def _replace(args: list[str], expr: plan.Apply, _: Notes) -> str:
    rest = [each.value if isinstance(each, plan.Const) else None for each in expr.args[3:]]
    if rest not in ([1, 0], []):
        raise Cannot("REGEX_REPLACE with a start or an occurrence has no counterpart.")
    return f"REGEXP_REPLACE({args[0]}, {args[1]}, {args[2]})"


def _difference(args: list[str], expr: plan.Apply, _: Notes) -> str:
    unit = _bare(args[2]).split(" TO ")[-1]
    return f"TIMESTAMPDIFF({unit}, {args[1]}, {args[0]})"


def _extract(unit: str, moment: str) -> str:
    """Returns a part of a time; Flink's seconds have no fraction."""
    whole = f"EXTRACT({unit} FROM {moment})"
    return (
        f"CAST({whole} + EXTRACT(MILLISECOND FROM {moment}) / 1000.0 AS DECIMAL(5, 3))" if unit == "SECOND" else whole
    )


def _milliseconds(argument: str) -> str:
    return f"(1000 * UNIX_TIMESTAMP(CAST({argument} AS STRING)) + EXTRACT(MILLISECOND FROM {argument}))"


FORMS: dict[str, Form] = {
    "NEGATE": _template("(- {0})"),
    "PLUS": _template("{0}"),
    "IS_DISTINCT_FROM": _template("({0} IS DISTINCT FROM {1})"),
    "LIKE": _like("LIKE"),
    "SIMILAR_TO": _like("SIMILAR TO"),
    "FLOOR_TIME": _keyword("FLOOR({0} TO {1})", 1),
    "CEIL_TIME": _keyword("CEIL({0} TO {1})", 1),
    "EXTRACT": lambda args, *_: _extract(_bare(args[0]), args[1]),
    "STEP": _step,
    "SUBSTRING_FROM": _span("SUBSTRING", "", ""),
    "SUBSTRING": _span("SUBSTRING", "", ""),
    "POSITION": _template("POSITION({0} IN {1})"),
    "TRIM": _keyword("TRIM({0} {1} FROM {2})", 0),
    "OVERLAY": _span("OVERLAY", "PLACING", ""),
    "TRUNC": _template("TRUNCATE({0}, 0)"),
    "REGEX_REPLACE": _replace,
    "UNIX_TIMESTAMP": lambda args, *_: _milliseconds(args[0]),
    "TO_TIMESTAMP": _template("CAST(TO_TIMESTAMP_LTZ({0}, 3) AS TIMESTAMP(3))"),
    "TSDIFF": lambda args, *_: f"({_milliseconds(args[1])} - {_milliseconds(args[0])})",
    "TIMESTAMP_TO_CHAR": _template("DATE_FORMAT({1}, {0})", DATES),
    "CHAR_TO_TIMESTAMP": _template("TO_TIMESTAMP({1}, {0})", DATES),
    "DIFFERENCE": _difference,
}
