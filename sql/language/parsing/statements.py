"""Reads statements."""

from sql.language.ast import (
    AlterPump,
    ColumnDef,
    CreateFunction,
    CreatePump,
    CreateStream,
    CreateView,
    Drop,
    Expression,
    Identifier,
    Insert,
    Parameter,
    Peek,
    Statement,
)
from sql.language.bounds import COLUMNS_MOST
from sql.language.parsing.queries import LOST, SETS, Queries
from sql.language.report import Broken
from sql.language.tokens import TEXT, WORD
from sql.language.words import CLAUSES, HARD, STARTERS, near
from sql.types import Type

CREATED = ("STREAM", "PUMP", "FUNCTION", "VIEW")
# Words of a function's head that change nothing here: an expression is deterministic and reads no table.
HEADS = (
    ("LANGUAGE", "SQL"), ("NOT", "DETERMINISTIC"), ("DETERMINISTIC",), ("CONTAINS", "SQL"), ("READS", "SQL", "DATA"),
    ("MODIFIES", "SQL", "DATA"), ("CALLED", "ON", "NULL", "INPUT"),
)  # fmt: skip


class Statements(Queries):
    """Reads statements."""

    def statement(self) -> Statement:
        """Reads one statement, up to the end of the tokens or to the word that begins the next one."""
        start = self.token.start
        if self.accept("CREATE"):
            return self._create(start)
        if self.key == "INSERT":
            return self._insert()
        if self.key in {"SELECT", "VALUES", "("}:
            query = self.query()
            return Peek(query, span=self.span(start))
        if self.accept("ALTER"):
            return self._alter(start)
        if self.accept("DROP"):
            return self._drop(start)
        raise self._no_statement()

    def _no_statement(self) -> Broken:
        token = self.token
        if token.kind == WORD and (meant := near(self.key, STARTERS)) and self.key not in HARD:
            return Broken(token.start, f"{self.shown()} begins no statement; did you mean {meant}?")
        if self.key in LOST:
            return Broken(token.start, f"A SELECT is missing before {self.shown()}.")
        if self.key in CLAUSES or self.key in SETS:
            return Broken(token.start, f"{self.shown()} goes on with a query, but no query stands before it.")
        if self.key in {"UPDATE", "DELETE", "MERGE", "TRUNCATE", "USE", "SET"}:
            return Broken(token.start, f"There is no {self.shown()} here: statements begin with {', '.join(STARTERS)}.")
        return self.wrong("CREATE", "INSERT", "SELECT")

    def _create(self, start: int) -> Statement:
        replace = self.accept("OR")
        if replace:
            self.expect("REPLACE")
        if self.key not in CREATED:
            if self.key == "TABLE":
                raise Broken(self.token.start, "There is no CREATE TABLE; write CREATE STREAM.")
            raise self.wrong(*CREATED)
        readers = {"STREAM": self._stream, "PUMP": self._pump, "FUNCTION": self._function_body, "VIEW": self._view}
        return readers[self.advance().key](start, replace)

    def _description(self) -> None:
        """Moves over DESCRIPTION and its text."""
        if self.key == "DESCRIPTION" and self.peek() == TEXT:
            self.advance()
            self.advance()

    def _stream(self, start: int, replace: bool) -> CreateStream:  # noqa: FBT001 - as its siblings
        name = self.qualified_name("a stream's name")
        if self.key != "(":
            raise self.wrong("(")
        self.advance()
        columns = self.many(self._column, most=COLUMNS_MOST)
        self._close_list()
        self._description()
        return CreateStream(name, columns, replace, span=self.span(start))

    def _close_list(self) -> None:
        if self.key != ")":
            raise self.wrong(",", ")")
        self.advance()

    def _column(self) -> ColumnDef:
        start = self.token.start
        name = self.name("a column's name")
        kind = self.type()
        not_null = self.key == "NOT"
        if not_null:
            self.expect("NOT", "NULL")
        else:
            self.accept("NULL")
        self._description()
        return ColumnDef(name, kind, not_null, span=self.span(start))

    def _pump(self, start: int, replace: bool) -> CreatePump:  # noqa: FBT001 - as its siblings
        name = self.qualified_name("a pump's name")
        started = not self.accept("STOPPED")
        _ = not started or self.accept("STARTED")
        self._description()
        self.expect("AS")
        if self.key != "INSERT":
            raise Broken(self.token.start, f"A pump fills a stream: INSERT INTO is missing before {self.shown()}.")
        insert = self._insert()
        return CreatePump(name, insert, started, replace, span=self.span(start))

    def _insert(self) -> Insert:
        start = self.advance().start
        self.accept("EXPEDITED")
        self.expect("INTO")
        target = self.qualified_name("a stream's name")
        columns: tuple[Identifier, ...] = ()
        if self.key == "(" and not self._is_query():
            columns = self.names()
        return Insert(target, columns, self.query(), span=self.span(start))

    def _is_query(self) -> bool:
        """Returns whether the parentheses that open here hold a query."""
        steps = 1
        while self.peek(steps) == "(":
            steps += 1
        return self.peek(steps) in {"SELECT", "VALUES"}

    # Statements that the corpus does not have

    def _view(self, start: int, replace: bool) -> CreateView:  # noqa: FBT001 - as its siblings
        name = self.qualified_name("a view's name")
        columns = self.names()
        self._description()
        self.expect("AS")
        return CreateView(name, columns, self.query(), replace, span=self.span(start))

    def _function_body(self, start: int, replace: bool) -> CreateFunction:  # noqa: FBT001 - as its siblings
        name = self.qualified_name("a function's name")
        self.expect("(")
        parameters = self.many(self._parameter) if self.key != ")" else ()
        self._close_list()
        self.expect("RETURNS")
        returns, null_on_null = self._head()
        self.expect("RETURN")
        body: Expression = self.expression()
        return CreateFunction(name, parameters, returns, body, null_on_null, replace, span=self.span(start))

    def _head(self) -> tuple[Type, bool]:
        """Reads the type after RETURNS and the words up to RETURN; returns whether a NULL argument makes NULL."""
        returns, null_on_null = self.type(), False
        while True:
            if self.accept("RETURNS", "NULL", "ON", "NULL", "INPUT"):
                null_on_null = True
            elif self.accept("SPECIFIC"):
                self.qualified_name("a name")
            elif not any(self.accept(*words) for words in HEADS):
                return returns, null_on_null

    def _parameter(self) -> Parameter:
        start = self.token.start
        name = self.name("a parameter's name")
        return Parameter(name, self.type(), span=self.span(start))

    def _alter(self, start: int) -> AlterPump:
        self.expect("PUMP")
        if self.is_name() and self.peek() == "." and self.peek(2) == "*":
            self.advance()
            self.advance()
        names = () if self.accept("*") else self.many(lambda: self.qualified_name("a pump's name"))
        if self.key not in {"START", "STOP"}:
            raise self.wrong("START", "STOP")
        return AlterPump(names, self.advance().key == "START", span=self.span(start))

    def _drop(self, start: int) -> Drop:
        if self.key not in CREATED:
            raise self.wrong(*CREATED)
        kind = self.advance().key
        if_exists = self.accept("IF", "EXISTS")
        name = self.qualified_name(f"a {kind.lower()}'s name")
        _ = self.accept("CASCADE") or self.accept("RESTRICT")
        return Drop(kind, name, if_exists, span=self.span(start))  # type: ignore[arg-type]
