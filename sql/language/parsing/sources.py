"""Reads FROM: names, queries and table functions, with their windows and names, and joins."""

from sql.language.ast import (
    Expression,
    FunctionSource,
    Identifier,
    Join,
    NamedSource,
    Query,
    Source,
    SubquerySource,
    Window,
)
from sql.language.parsing.windows import Windows
from sql.language.report import Broken
from sql.language.tokens import WORD

JOIN_KINDS = ("INNER", "LEFT", "RIGHT", "FULL", "CROSS", "NATURAL")
JOIN_WORDS = {"JOIN", *JOIN_KINDS}
Named = tuple[Window | None, Identifier | None, tuple[Identifier, ...]]


class Sources(Windows):
    """Reads the sources of a SELECT."""

    def source(self) -> Source:
        """Reads one source and the joins that follow it."""
        start = self.token.start
        left = self._primary()
        while self.key in JOIN_WORDS:
            left = self._join(left, start)
            self.links += 1
        return left

    def _join(self, left: Source, start: int) -> Join:
        natural = self.accept("NATURAL")
        kind = self.advance().key if self.key in {"INNER", "LEFT", "RIGHT", "FULL", "CROSS"} else "INNER"
        if kind in {"LEFT", "RIGHT", "FULL"}:
            self.accept("OUTER")
        if self.key != "JOIN":
            raise self.wrong("JOIN")
        self.advance()
        right = self._primary()
        on: Expression | None = None
        using: tuple[Identifier, ...] = ()
        if natural or kind == "CROSS":
            if self.key in {"ON", "USING"}:
                word = "NATURAL" if natural else "CROSS"
                raise Broken(self.token.start, f"A {word} JOIN has no {self.shown()}; remove {word}.")
        elif self.accept("ON"):
            on = self.expression()
        elif self.accept("USING"):
            using = self._using()
        else:
            raise self.wrong("ON", "USING")
        return Join(kind, left, right, on, using, natural, span=self.span(start))  # type: ignore[arg-type]

    def _using(self) -> tuple[Identifier, ...]:
        if self.key != "(":
            raise self.wrong("(")
        return self.names()

    def _primary(self) -> Source:
        start = self.token.start
        if self.key == "(":
            query = self.subquery()
            over, alias, columns = self._naming()
            return SubquerySource(query, over, alias, columns, span=self.span(start))
        if self.accept("TABLE"):
            return self._function(start)
        name = self.qualified_name("a stream, a table or a query in parentheses")
        if self.key == "(":
            raise Broken(start, f"A function in FROM stands in TABLE( … ): write TABLE({name}( … )).")
        over, alias, columns = self._naming()
        return NamedSource(name, over, alias, columns, span=self.span(start))

    def subquery(self) -> Query:
        """Reads a query in parentheses."""
        self.expect("(")
        query = self.query()
        self.close()
        return query

    def _naming(self) -> Named:
        """Reads OVER before or after the name, and the name's list of columns."""
        over = self.window() if self.accept("OVER") else None
        if self.peek() == "JOIN" and self.token.kind == WORD:
            self.doubt(JOIN_KINDS, "a name of the source before it")
        alias = self.alias()
        columns = self.names() if alias and self.key == "(" else ()
        if over is None and self.accept("OVER"):
            over = self.window()
        return over, alias, columns

    def _function(self, start: int) -> FunctionSource:
        """Reads ( name ( [CURSOR ( query )] arguments ) ) after TABLE."""
        self.expect("(")
        name = self.name("a function's name")
        self.expect("(")
        cursor = None
        args: tuple[Expression, ...] = ()
        if self.accept("CURSOR"):
            cursor = self.subquery()
            args = self.many(self.expression) if self.accept(",") else ()
        elif self.key != ")":
            args = self.many(self.expression)
        for _ in range(2):
            if self.key != ")":
                raise self.wrong(",", ")")
            self.advance()
        over, alias, columns = self._naming()
        return FunctionSource(name, cursor, args, over, alias, columns, span=self.span(start))
