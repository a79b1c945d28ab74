"""Reads operands: names, calls, parentheses, periods and CASE."""

from collections.abc import Callable

from sql.language.ast import (
    Call,
    Case,
    ColumnRef,
    Exists,
    Expression,
    Identifier,
    Period,
    PeriodTest,
    ScalarQuery,
    When,
)
from sql.language.balance import Part, balanced
from sql.language.bounds import CALL_DEPTH, DEPTH_MOST
from sql.language.parsing.forms import COMPARISON, FORMS_OF_CALLS, Forms
from sql.language.parsing.literals import FORMS
from sql.language.report import Broken
from sql.language.tokens import BYTES, NUMBER, QUOTED, TEXT, UNICODE, WORD
from sql.language.words import HARD

PARTS_MOST = 3  # of a column's name
QUERY_WORDS = {"SELECT", "VALUES"}
PERIOD_TESTS = {"EQUALS", "CONTAINS", "OVERLAPS", "PRECEDES", "SUCCEEDS", "LEADS", "LAGS"}
STRICT = {"CONTAINS", "OVERLAPS", "PRECEDES", "SUCCEEDS", "LEADS", "LAGS"}


class Operands(Forms):
    """Reads operands."""

    def operand(self) -> Expression:
        """Reads an operand that is no literal and begins with no sign."""
        token = self.token
        if token.kind == WORD and self.peek() == "(" and token.key in FORMS_OF_CALLS:
            self.enter()
            form = FORMS_OF_CALLS[token.key](self)
            self.depth -= 1
            return form
        if token.kind == WORD and token.key in FORMS and self.peek() == TEXT:
            self.advance()
            return self.time_literal(token.key, token.start)
        if token.kind == QUOTED or (token.kind == WORD and token.key not in HARD):
            return self._named()
        raise self.wrong("a value")

    def _named(self) -> Expression:
        """Reads a column, a call, or a period that begins with the word."""
        start = self.token.start
        if self.peek() == "(":
            if self.key == "PERIOD":
                self.advance()
                return self.period_test(self._period())
            token = self.advance()
            return self._call(self._called(token.kind == QUOTED, token.key, self.text[start : token.end], start))
        parts = [self.identifier()]
        while self.key == "." and self.peek() != "*":
            self.advance()
            parts.append(self.name("a column's name"))
        if len(parts) > PARTS_MOST:
            raise Broken(start, f"A column's name has at most {PARTS_MOST} parts: source, row value and column.")
        return ColumnRef(tuple(parts), span=self.span(start))

    def _called(self, quoted: bool, key: str, written: str, start: int) -> Identifier:  # noqa: FBT001 - as Identifier
        name = written[1:-1].replace('""', '"') if quoted else key
        return Identifier(name, quoted, written, span=self.span(start))

    def _call(self, name: Identifier) -> Call:
        """Reads the arguments of a call, and the words after them."""
        self.enter(CALL_DEPTH)
        opening = self.advance()
        distinct = star = False
        args: tuple[Expression, ...] = ()
        if self.key == "*" and self.peek() == ")":
            self.advance()
            star = True
        elif self.key != ")":
            distinct = self.accept("DISTINCT")
            if not distinct:
                self.accept("ALL")
            args = self.many(self.expression)
        self._close_call(opening.start)
        has_end = name.name == "NTH_VALUE"  # after other functions, FIRST and LAST are streams
        from_last = has_end and self.accept("FROM", "LAST")
        _ = from_last or (has_end and self.accept("FROM", "FIRST"))
        ignore = self.accept("IGNORE", "NULLS")
        _ = ignore or self.accept("RESPECT", "NULLS")
        over = self.window() if self.accept("OVER") else None
        self.depth -= CALL_DEPTH
        return Call(name, args, distinct, star, from_last, ignore, over, span=self.span(name.span.start))

    def _close_call(self, opening: int) -> None:
        if self.key != ")":
            raise self.wrong(",", ")")
        self.advance()

    def parenthesis(self) -> Expression:
        """Reads an expression, a query or a period in parentheses."""
        start = self.token.start
        self.advance()
        if self.begins_query():
            query = self.query()
            self.close()
            return ScalarQuery(query, span=self.span(start))
        inner = self.expression()
        if self.key == ",":
            return self._listed(inner, start)
        self.close()
        return inner

    def begins_query(self) -> bool:
        """Returns whether a query stands here, not an expression that begins with one: (SELECT …) UNION …"""
        if self.key in QUERY_WORDS:
            return True
        steps = 0
        while self.peek(steps) == "(" and steps <= DEPTH_MOST:
            steps += 1
        return self.peek(steps) in QUERY_WORDS and self.beyond() in {"UNION", "EXCEPT", "INTERSECT", "ORDER"}

    def _listed(self, first: Expression, start: int) -> Expression:
        """Reads the rest of a period, or explains that a list is no value."""
        self.advance()
        second = self.expression()
        if self.key != ")" or (self.peek() not in PERIOD_TESTS and self.peek() not in {"STRICTLY", "IMMEDIATELY"}):
            raise Broken(start, "A list in parentheses is no value; remove the parentheses, or compare one by one.")
        self.advance()
        return self.period_test(Period(first, second, span=self.span(start)))

    def _period(self) -> Period:
        start = self.expect("(").start
        first = self.expression()
        self.expect(",")
        second = self.expression()
        self.close()
        return Period(first, second, span=self.span(start))

    def period_test(self, left: Period) -> Expression:
        """Reads the comparisons of a period with another one or with a time; each but the first is with the last."""
        tests = [self._one_test(left)]
        while self.key in PERIOD_TESTS or self.key in {"STRICTLY", "IMMEDIATELY"}:
            before = tests[-1].right
            if not isinstance(before, Period):
                raise Broken(self.token.start, "A time stands before this comparison; a period must.")
            tests.append(self._one_test(before))
            self.links += 1
        parts: list[Part] = [(test, test.span.start, test.span.end) for test in tests]
        return balanced("AND", parts)

    def _one_test(self, left: Period) -> PeriodTest:
        qualifier = self.advance().key if self.key in {"STRICTLY", "IMMEDIATELY"} else ""
        if self.key not in (PERIOD_TESTS if not qualifier else STRICT):
            raise self.wrong("CONTAINS", "OVERLAPS", "PRECEDES", "a comparison of periods")
        op = self.advance().key
        right: Period | Expression
        if self.accept("PERIOD") or (self.key == "(" and self._is_period()):
            right = self._period()
        else:
            self.enter()
            right = self.expression(COMPARISON)
            self.depth -= 1
        return PeriodTest(op, left, right, qualifier, span=self.span(left.span.start))  # type: ignore[arg-type]

    def _is_period(self) -> bool:
        """Returns whether the parenthesis that opens here has a comma of its own."""
        depth = 0
        if self.peek() in QUERY_WORDS:
            return False
        for token in self.tokens[self.at :]:
            depth += (token.key == "(") - (token.key == ")")
            if depth < 1 or (depth == 1 and token.key == ","):
                return depth == 1
        return False

    def case(self) -> Case:
        """Reads CASE … END, simple or searched."""
        start = self.advance().start
        operand = self.expression() if self.key != "WHEN" else None
        whens = []
        while self.key == "WHEN":
            place = self.advance().start
            condition = self.expression()
            self.expect("THEN")
            whens.append(When(condition, self.expression(), span=self.span(place)))
        if not whens:
            raise self.wrong("WHEN")
        otherwise = self.expression() if self.accept("ELSE") else None
        if self.key != "END":
            raise self.wrong("WHEN", "ELSE", "END")
        self.advance()
        return Case(operand, tuple(whens), otherwise, span=self.span(start))

    def exists(self) -> Exists:
        """Reads EXISTS (query)."""
        start = self.advance().start
        self.expect("(")
        query = self.query()
        self.close()
        return Exists(query, span=self.span(start))


# By the key of the token that begins them.
OPERANDS: dict[str, Callable[[Operands], Expression]] = {
    "(": Operands.parenthesis,
    NUMBER: Operands.number,
    TEXT: Operands.text_literal,
    UNICODE: Operands.text_literal,
    BYTES: Operands.bytes_literal,
    "TRUE": Operands.constant,
    "FALSE": Operands.constant,
    "UNKNOWN": Operands.constant,
    "NULL": Operands.constant,
    "INTERVAL": Operands.interval,
    "{": Operands.braces,
    "CASE": Operands.case,
    "EXISTS": Operands.exists,
    "CAST": Operands.cast,
}
