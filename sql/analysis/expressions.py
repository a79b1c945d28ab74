"""Gives every expression of a script its type and its meaning."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from sql.analysis.context import NESTING_MOST, Context
from sql.analysis.problems import ReportedError
from sql.analysis.rewriting import children
from sql.analysis.scope import Scope
from sql.analysis.trends import Trend
from sql.errors import RowError, Span
from sql.functions import registry
from sql.functions.casting import cast_to
from sql.language import ast
from sql.plan.expressions import Apply, Const, Convert, Expr
from sql.types import BOOLEAN, Family, Kind, Type

# Functions whose result is NULL only if an argument is.
_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">=", "IS_DISTINCT_FROM"})
_STRICT = frozenset(
    [
        "+",
        "-",
        "*",
        "/",
        "||",
        "NEGATE",
        "PLUS",
        "=",
        "<>",
        "<",
        "<=",
        ">",
        ">=",
        "IS_DISTINCT_FROM",
        "DIFFERENCE",
        "QUALIFY",
        "FLOOR_TIME",
        "CEIL_TIME",
        "STEP",
        "EXTRACT",
        "FLOOR",
        "CEIL",
        "CEILING",
        "ABS",
        "UPPER",
        "LOWER",
        "INITCAP",
        "CHAR_LENGTH",
        "CHARACTER_LENGTH",
        "UNIX_TIMESTAMP",
        "TO_TIMESTAMP",
        "TSDIFF",
        "POSITION",
        "LIKE",
        "SIMILAR_TO",
        "MOD",
        "ROUND",
        "TRUNC",
    ]
)
_FOLDED_MOST = 1_000  # characters of a constant that a fold may make


class Calls(Protocol):
    """Takes the aggregate or analytic calls of a SELECT, and gives the expressions that stand for them."""

    def take(self, typer: "Typer", call: ast.Call) -> Expr:
        """Returns the value of a call. Raises ReportedError."""


@dataclass(slots=True)
class Typer:
    """Types the expressions of one clause, in one scope. `clause` is its name for messages, such as WHERE."""

    context: Context
    scope: Scope
    clause: str = ""
    aggregates: Calls | None = None  # None: aggregates are refused
    analytic: Calls | None = None  # None: analytic functions are refused
    grouped: bool = False  # bare ROWTIME is the row time of the group's row
    parameters: Mapping[str, Expr] = field(default_factory=dict)  # of the function that is put in place of its call
    depth: int = 0

    def type(self, node: ast.Expression) -> Expr:
        """Returns the typed expression of a node. Raises ReportedError after it wrote the problems down."""
        self.context.count(node.span)
        self.depth += 1
        try:
            if self.depth > NESTING_MOST:
                raise self.refused(node.span, f"The expression is nested more than {NESTING_MOST} times.")
            return FORMS[type(node)](self, node)
        finally:
            self.depth -= 1

    def each(self, nodes: Iterable[ast.Expression]) -> list[Expr]:
        """Types several nodes, so that a problem in one does not hide another's."""
        done: list[Expr] = []
        failed: ReportedError | None = None
        for node in nodes:
            try:
                done.append(self.type(node))
            except ReportedError as error:
                failed = error
        if failed:
            raise failed
        return done

    def condition(self, node: ast.Expression) -> Expr:
        """Types a node that must be a condition."""
        typed = self.type(node)
        if typed.type.family not in {Family.BOOLEAN, Family.NULL}:
            raise self.refused(node.span, f"{self.clause or 'This'} needs a condition, not {typed.type}.")
        return typed if typed.type.family == Family.BOOLEAN else replace(typed, type=BOOLEAN)

    def refused(self, span: Span, sentence: str) -> ReportedError:
        """Writes a problem down, and returns the error that gives the part up."""
        return self.context.problems.refused(span, sentence)

    def marked(self, expr: Expr, node: ast.Node) -> Expr:
        """Returns an expression with the user's words and their place."""
        return replace(expr, written=self.context.problems.written(node.span), span=node.span)

    def bounded(self, expr: Expr, node: ast.Node) -> Expr:
        """Returns an expression that has parts twice, such as BETWEEN, after all are counted. Raises ReportedError.

        Without it, a short text could stand for an expression of any size.
        """
        level = [expr]
        for _ in range(NESTING_MOST):
            self.context.count(node.span, len(level))
            level = [part for each in level for part in children(each)]
            if not level:
                return expr
        raise self.refused(node.span, f"The expression is nested more than {NESTING_MOST} times.")

    def apply(self, node: ast.Node, name: str, args: Iterable[Expr]) -> Expr:
        """Returns a function applied to arguments, or its value if they are constants. Raises ReportedError."""
        arguments = tuple(args) if name not in _COMPARISONS else _with_blanks(tuple(args))
        function = registry.find(name)
        if function is None:
            raise self.refused(node.span, f"The function {name} is not available.")
        types, constants = [each.type for each in arguments], [constant(each) for each in arguments]
        try:
            result = function.result(types, constants)
            work = function.bind(types, constants)
        except registry.TypeProblem as problem:
            raise self.refused(node.span, str(problem)) from None
        nullable = name not in _STRICT or any(each.nullable for each in arguments)
        applied = Apply(type=result, nullable=nullable, function=name, args=arguments)
        ready = all(isinstance(each, Const) and (each.value is not None or function.takes_null) for each in arguments)
        folded = self._folded(node, applied, lambda: work(*constants)) if ready and arguments else None
        return self.marked(folded or applied, node)

    def convert(self, node: ast.Node, arg: Expr, target: Type) -> Expr:
        """Returns a CAST, or its value if it is one of a constant. Raises ReportedError."""
        try:
            work = cast_to(arg.type, target)
        except registry.TypeProblem as problem:
            raise self.refused(node.span, str(problem)) from None
        converted = Convert(type=target, nullable=arg.nullable, arg=arg)
        value = constant(arg)
        folded = self._folded(node, converted, lambda: work(value)) if value is not None else None
        return self.marked(folded or converted, node)

    def _folded(self, node: ast.Node, expr: Expr, compute: Callable[[], Any]) -> Expr | None:
        """Returns the constant that an expression computes. One that fails is kept, and fails in each row."""
        try:
            value = compute()
        except registry.FAULTS as error:
            words = self.context.problems.words(node.span)
            self.context.problems.warn(node.span, f"{words} fails in every row: {_reason(error)}")
            return None
        if isinstance(value, tuple) or (isinstance(value, str | bytes) and len(value) > _FOLDED_MOST):
            return None
        return Const(type=expr.type, nullable=value is None, value=value)


def _reason(error: Exception) -> str:
    if isinstance(error, ZeroDivisionError):
        return "it divides by zero."
    return str(error) if isinstance(error, RowError) else "its result is no number."


@dataclass(frozen=True, slots=True)
class Reading:
    """Is how columns move: looks a typed column up in its scope."""

    trends: Mapping[Expr, Trend | None]

    def __call__(self, expr: Expr) -> Trend | None:
        return self.trends.get(expr)


def reading(scope: Scope) -> Reading:
    """Returns how the columns of a scope move."""
    found: dict[Expr, Trend | None] = {}
    for source in scope.sources:
        found.update({seen.expr: seen.trend for seen in source.columns if seen.trend})
        found[source.rowtime] = source.rowtime_trend
    return Reading(found)


def constant(expr: Expr) -> object:
    """Returns the value of a constant; None for NULL and for all that is no constant."""
    return expr.value if isinstance(expr, Const) else None


Form = TypeVar("Form", bound=Callable[[Typer, Any], Expr])
FORMS: dict[type[ast.Node], Callable[[Typer, Any], Expr]] = {}


def form(kind: type[ast.Node]) -> Callable[[Form], Form]:
    """Names the function that types one kind of node."""

    def keep(function: Form) -> Form:
        FORMS[kind] = function
        return function

    return keep


def _with_blanks(args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Returns the sides of a comparison: a literal beside a CHAR is a CHAR too, so that blanks at the end do not count."""
    if Kind.CHAR not in {each.type.kind for each in args}:
        return args
    return tuple(
        replace(each, type=Type(Kind.CHAR, each.type.size))
        if isinstance(each, Const) and each.type.kind == Kind.VARCHAR
        else each
        for each in args
    )
