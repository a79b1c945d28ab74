"""Reads queries: SELECT with its clauses, UNION and its kin, and VALUES."""

from dataclasses import replace

from sql.language.ast import (
    Expression,
    Item,
    Query,
    Select,
    SetQuery,
    Stagger,
    Star,
    Values,
)
from sql.language.bounds import COLUMNS_MOST, QUERY_DEPTH
from sql.language.parsing.sources import JOIN_WORDS, Sources
from sql.language.report import Broken
from sql.language.tokens import END, NUMBER, QUOTED, TEXT, WORD
from sql.language.words import NO_ALIAS

SETS = {"UNION", "EXCEPT", "INTERSECT"}
# What can follow the last source, for the sentence about a token that cannot.
AFTER_SOURCES = (",", "JOIN", "WHERE", "GROUP", "WINDOW", "ORDER")
LOST = {"STREAM", "DISTINCT", "ALL", "*", "CASE", "CAST", "FROM"}  # each stands after the SELECT that is missing


class Queries(Sources):
    """Reads queries."""

    def query(self) -> Query:
        """Reads a query with its ORDER BY, which sorts the whole of a UNION."""
        self.enter(QUERY_DEPTH)
        start = self.token.start
        left, closed = self._term()
        while self.key in SETS:
            op = self.advance().key
            everything = self.accept("ALL")
            _ = everything or self.accept("DISTINCT")
            right, closed = self._term()
            left = SetQuery(op, everything, left, right, span=self.span(start))  # type: ignore[arg-type]
            self.links += 1
            closed = False
        if self.key == "ORDER":
            left = self._ordered(left, start, closed=closed)
        self.depth -= QUERY_DEPTH
        return left

    def _ordered(self, query: Query, start: int, *, closed: bool) -> Query:
        place = self.token.start
        order = self.order_by()
        if not isinstance(query, Select | SetQuery | Values) or (closed and query.order):
            raise Broken(place, "This query is sorted twice; keep one ORDER BY.")
        return replace(query, order=order, span=self.span(start))

    def _term(self) -> tuple[Query, bool]:
        """Reads a SELECT, VALUES, or a query in parentheses, and returns whether it had parentheses."""
        if self.key == "SELECT":
            return self._select(), False
        if self.key == "VALUES":
            return self._values(), False
        if self.key == "(":
            return self.subquery(), True
        token = self.token
        if token.key == "WITH":
            raise self.wrong("SELECT", "a query")
        begins = self.key in LOST or token.kind in {QUOTED, NUMBER, TEXT} or self.is_name()
        if begins and not (token.kind == WORD and self._nearly_select()):
            raise Broken(token.start, f"A SELECT is missing before {self.shown()}.")
        raise self.wrong("SELECT", "a query")

    def _nearly_select(self) -> bool:
        return self.is_name() and self.wrong("SELECT").sentence.endswith("SELECT?")

    def _values(self) -> Values:
        start = self.advance().start
        rows = self.many(self._row)
        return Values(rows, span=self.span(start))

    def _row(self) -> tuple[Expression, ...]:
        self.accept("ROW")
        self.expect("(")
        values = self.many(self.expression, most=COLUMNS_MOST)
        if self.key != ")":
            raise self.wrong(",", ")")
        self.advance()
        return values

    # SELECT

    def _select(self) -> Select:
        start = self.advance().start
        stream = self.accept("STREAM")
        distinct = self.accept("DISTINCT")
        _ = distinct or self.accept("ALL")
        self._doubt_words()
        items = self.many(self._item, most=COLUMNS_MOST)
        if self.key != "FROM":
            raise self._no_from()
        self.advance()
        sources = self.many(self.source)
        where = self.expression() if self.accept("WHERE") else None
        group = self._group()
        stagger = self._stagger() if self.key == "WINDOWED" else None
        if stagger and self.key == "GROUP":
            raise Broken(self.token.start, "WINDOWED BY STAGGER groups by its PARTITION BY; remove GROUP BY.")
        having = self.expression() if self.accept("HAVING") else None
        windows = self.named_windows()
        return Select(
            items, sources, stream, distinct, where, group, stagger, having, windows, span=self.span(start)
        )  # fmt: skip

    def _doubt_words(self) -> None:
        """Warns of a misspelt STREAM or DISTINCT, which is read as a column with another name."""
        after = self.tokens[self.at + 1] if self.token.kind == WORD else self.token
        if after.kind in {WORD, QUOTED} and after.key not in NO_ALIAS and after is not self.token:
            self.doubt(("STREAM", "DISTINCT"), f"a column, and {self.text[after.start : after.end]} as its new name")

    def _no_from(self) -> Broken:
        if self.key == "AS" and self.tokens[self.at - 1].kind in {WORD, QUOTED}:
            return self.wrong("FROM")
        return self.wrong(",", "FROM")

    def _item(self) -> Item | Star:
        start = self.token.start
        if self.accept("*"):
            return Star(span=self.span(start))
        if self.is_name() and self.peek() == "." and self.peek(2) == "*":
            qualifier = self.identifier()
            self.advance()
            self.advance()
            return Star(qualifier, span=self.span(start))
        expr = self.expression()
        return Item(expr, self.alias(), span=self.span(start))

    def _group(self) -> tuple[Expression, ...]:
        if self.key != "GROUP":
            return ()
        self.expect("GROUP", "BY")
        return self.many(self.expression)

    def _stagger(self) -> Stagger:
        start = self.token.start
        self.expect("WINDOWED", "BY", "STAGGER", "(", "PARTITION", "BY")
        keys = self.many(self.expression)
        self.expect("RANGE")
        length = self.expression()
        self.close()
        return Stagger(keys, length, span=self.span(start))

    def finish(self) -> None:
        """Raises unless the statement ends here."""
        if self.key != END:
            expected = AFTER_SOURCES if self.key not in JOIN_WORDS else ("the end of the statement",)
            raise self.wrong(*expected, "the end of the statement")
