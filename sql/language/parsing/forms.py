"""Reads the functions that have words between their arguments, such as FLOOR(time TO HOUR)."""

from collections.abc import Callable
from typing import Literal as Either
from typing import cast

from sql.language.ast import (
    Cast,
    Expression,
    Extract,
    Overlay,
    Position,
    Query,
    Rounding,
    Step,
    Substring,
    SubstringSimilar,
    Trim,
    Unit,
    Window,
)
from sql.language.parsing.literals import Literals
from sql.language.report import Broken

SIDES = {"LEADING", "TRAILING", "BOTH"}
COMPARISON = 5  # how strongly comparisons bind: see expressions.py


class Forms(Literals):
    """Reads functions; the classes that extend it read other operands, operators and queries."""

    def expression(self, power: int = 0) -> Expression:
        """Reads an expression of operators that bind more strongly than `power`."""
        raise NotImplementedError

    def query(self) -> Query:
        """Reads a query."""
        raise NotImplementedError

    def window(self) -> Window:
        """Reads the name or the parentheses after OVER."""
        raise NotImplementedError

    def cast(self) -> Cast:
        start = self._open()
        expr = self.expression()
        if self.key != "AS":
            raise self.wrong("AS")
        self.advance()
        kind = self.type()
        self.close()
        return Cast(expr, kind, span=self.span(start))

    def rounding(self) -> Rounding:
        kind: Either["FLOOR", "CEIL"] = "FLOOR" if self.key == "FLOOR" else "CEIL"
        name, start = self.shown(), self._open()
        self.in_rounding += 1
        expr = self.expression()
        self.in_rounding -= 1
        unit = self.unit() if self.accept("TO") else None
        if self.key == ",":
            raise Broken(self.token.start, f"{name} takes one value, and a unit after TO: {name}(time TO HOUR).")
        self.close()
        return Rounding(kind, expr, cast(Unit | None, unit), span=self.span(start))

    def step(self) -> Step:
        start = self._open()
        expr = self.expression()
        if self.key in {",", ")"}:
            raise Broken(self.token.start, "STEP takes BY inside its parentheses: STEP(time BY INTERVAL '10' SECOND).")
        self.expect("BY")
        by = self.expression()
        self.close()
        return Step(expr, by, span=self.span(start))

    def extract(self) -> Extract:
        start = self._open()
        unit = self.unit()
        self.expect("FROM")
        expr = self.expression()
        self.close()
        return Extract(cast(Unit, unit), expr, span=self.span(start))

    def substring(self) -> Substring | SubstringSimilar:
        start = self._open()
        expr = self.expression(COMPARISON)  # SIMILAR is no comparison here
        if self.accept("SIMILAR"):
            pattern = self.expression(COMPARISON)
            self.expect("ESCAPE")
            escape = self.expression()
            self.close()
            return SubstringSimilar(expr, pattern, escape, span=self.span(start))
        comma = self.key == ","
        if self.key not in {",", "FROM"}:
            raise self.wrong("FROM", ",")
        self.advance()
        first = self.expression()
        length = self.expression() if self.accept("," if comma else "FOR") else None
        self.close()
        return Substring(expr, first, length, comma, span=self.span(start))

    def position(self) -> Position:
        start = self._open()
        needle = self.expression(COMPARISON)  # IN is no comparison here
        if self.key == ",":
            raise Broken(self.token.start, "POSITION takes IN, not a comma: POSITION('a' IN value).")
        self.expect("IN")
        haystack = self.expression()
        self.close()
        return Position(needle, haystack, span=self.span(start))

    def trim(self) -> Trim:
        start = self._open()
        side = self.advance().key if self.key in SIDES else "BOTH"
        characters = None if self.key == "FROM" else self.expression()
        expr = self.expression() if self.accept("FROM") else None
        self.close()
        if expr is None:
            characters, expr = None, characters
        return Trim(side, characters, cast(Expression, expr), span=self.span(start))  # type: ignore[arg-type]

    def overlay(self) -> Overlay:
        start = self._open()
        expr = self.expression()
        self.expect("PLACING")
        replacement = self.expression()
        self.expect("FROM")
        first = self.expression()
        length = self.expression() if self.accept("FOR") else None
        self.close()
        return Overlay(expr, replacement, first, length, span=self.span(start))

    def _open(self) -> int:
        """Moves over the function's name and its parenthesis, and returns where the name starts."""
        start = self.advance().start
        self.expect("(")
        return start


FORMS_OF_CALLS: dict[str, Callable[[Forms], Expression]] = {
    "FLOOR": Forms.rounding,
    "CEIL": Forms.rounding,
    "CEILING": Forms.rounding,
    "STEP": Forms.step,
    "EXTRACT": Forms.extract,
    "SUBSTRING": Forms.substring,
    "POSITION": Forms.position,
    "TRIM": Forms.trim,
    "OVERLAY": Forms.overlay,
}
