"""Reads operators around operands, by precedence climbing: two frames for a level of parentheses."""

from dataclasses import replace
from typing import cast

from sql.language.ast import (
    Between,
    Binary,
    Distinctness,
    Expression,
    InList,
    InQuery,
    IsTest,
    Like,
    Not,
    Qualified,
    Unary,
    Unit,
)
from sql.language.balance import BALANCED, Part, balanced
from sql.language.bounds import PREDICATE_DEPTH
from sql.language.parsing.forms import COMPARISON
from sql.language.parsing.operands import OPERANDS, Operands
from sql.language.report import Broken
from sql.language.tokens import NUMBER, TEXT
from sql.language.words import PLURALS, UNITS

OR, AND, NOT, ADDITIVE, PRODUCT, UNARY, QUALIFIER = 1, 2, 3, 6, 7, 8, 9
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
PREDICATES = ("IS", "NOT", "BETWEEN", "IN", "LIKE", "SIMILAR")
# The power is how strongly an operator binds its operands.
POWERS = {
    "OR": OR,
    "AND": AND,
    **dict.fromkeys((*COMPARISONS, *PREDICATES), COMPARISON),
    **dict.fromkeys(("+", "-", "||"), ADDITIVE),
    **dict.fromkeys(("*", "/"), PRODUCT),
    **dict.fromkeys((*UNITS, *PLURALS), QUALIFIER),
}


class Expressions(Operands):
    """Reads expressions."""

    def expression(self, power: int = 0) -> Expression:
        """Reads an expression of operators that bind more strongly than `power`."""
        self.enter()
        self.count()
        start = self.token.start
        reader = OPERANDS.get(self.key)
        left = reader(self) if reader else self._prefixed(power)
        while (binds := POWERS.get(self.key, 0)) > power:
            if binds == COMPARISON and self.key in PREDICATES:
                if self.key == "NOT" and self.peek() not in {"IN", "LIKE", "BETWEEN", "SIMILAR"}:
                    break
                left = self._predicate(left, start)
            elif binds == QUALIFIER:
                left = self._qualified(left, start)
            elif self.key in BALANCED:
                left = self._run(left, start, binds)
            else:
                op = self.advance().key
                right = self.expression(binds)
                left = Binary(op, left, right, span=self.span(start))  # type: ignore[arg-type]
            self.links += 1
        self.depth -= 1
        return left

    def _prefixed(self, power: int) -> Expression:
        """Reads an operand that has a sign or NOT before it, or one that no single token decides."""
        start, key = self.token.start, self.key
        if key == "-" or key == "+":
            self.advance()
            if key == "-" and self.key == NUMBER:
                return replace(self.number(negative=True), span=self.span(start))
            expr = self.expression(UNARY - 1)
            return Unary(key, expr, span=self.span(start))  # type: ignore[arg-type]
        if key == "NOT":
            if power > NOT:
                raise Broken(start, "Put this NOT and its condition into parentheses.")
            self.advance()
            expr = self.expression(NOT)
            return Not(expr, span=self.span(start))
        return self.operand()

    def _run(self, left: Expression, start: int, power: int) -> Expression:
        """Reads a chain of one associative operator, such as AND, and returns it as a balanced tree."""
        op = self.key
        parts: list[Part] = [(left, start, self.last_end)]
        while self.key == op:
            self.advance()
            start = self.token.start
            parts.append((self.expression(power), start, self.last_end))
        return balanced(op, parts)

    def _qualified(self, left: Expression, start: int) -> Qualified:
        if self.tokens[self.at - 1].kind == TEXT:
            raise Broken(start, f"INTERVAL is missing before {self.text[start : self.last_end][:40]} {self.key}.")
        leading, trailing, precision, fraction = self.units()
        return Qualified(
            left, cast(Unit, leading), cast(Unit, trailing), precision, fraction, span=self.span(start)
        )  # fmt: skip

    # Predicates

    def _predicate(self, left: Expression, start: int) -> Expression:
        self.enter(PREDICATE_DEPTH)
        if self.accept("IS"):
            test = self._is(left, start)
        else:
            negated = self.accept("NOT")
            test = PREDICATES_READ[self.advance().key](self, left, start, negated)
        self.depth -= PREDICATE_DEPTH
        return test

    def _is(self, left: Expression, start: int) -> Expression:
        negated = self.accept("NOT")
        if self.accept("DISTINCT"):
            self.expect("FROM")
            right = self.expression(COMPARISON)
            return Distinctness(left, right, negated, span=self.span(start))
        if self.key not in {"NULL", "TRUE", "FALSE", "UNKNOWN"}:
            raise self.wrong("NULL", "TRUE", "FALSE", "UNKNOWN", "DISTINCT FROM")
        what = self.advance().key
        return IsTest(left, what, negated, span=self.span(start))  # type: ignore[arg-type]

    def _between(self, left: Expression, start: int, negated: bool) -> Between:  # noqa: FBT001 - as its siblings
        symmetric = self.accept("SYMMETRIC")
        _ = symmetric or self.accept("ASYMMETRIC")
        low = self.expression(COMPARISON)
        self.expect("AND")
        high = self.expression(COMPARISON)
        return Between(left, low, high, negated, symmetric, span=self.span(start))

    def _in(self, left: Expression, start: int, negated: bool) -> InList | InQuery:  # noqa: FBT001 - as its siblings
        self.expect("(")
        if self.begins_query():
            query = self.query()
            self.close()
            return InQuery(left, query, negated, span=self.span(start))
        values = self.many(self.expression)
        if self.key != ")":
            raise self.wrong(",", ")")
        self.advance()
        return InList(left, values, negated, span=self.span(start))

    def _like(self, left: Expression, start: int, negated: bool) -> Like:  # noqa: FBT001 - as its siblings
        similar = self.tokens[self.at - 1].key == "SIMILAR"
        if similar:
            self.expect("TO")
        pattern = self.expression(COMPARISON)
        escape = self.expression(COMPARISON) if self.accept("ESCAPE") else None
        return Like("SIMILAR" if similar else "LIKE", left, pattern, escape, negated, span=self.span(start))


PREDICATES_READ = {
    "BETWEEN": Expressions._between,
    "IN": Expressions._in,
    "LIKE": Expressions._like,
    "SIMILAR": Expressions._like,
}
