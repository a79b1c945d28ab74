"""Reads windows, frames and ORDER BY."""

from sql.language.ast import Bound, Frame, NamedWindow, OrderKey, Window, WindowRef, WindowSpec, Within
from sql.language.bounds import CALL_DEPTH
from sql.language.parsing.expressions import Expressions
from sql.language.parsing.forms import COMPARISON
from sql.language.report import Broken

Order = tuple[OrderKey | Within, ...]


class Windows(Expressions):
    """Reads windows."""

    def window(self) -> Window:
        """Reads the name or the parentheses after OVER."""
        if self.key == "(":
            return self.window_spec()
        start = self.token.start
        return WindowRef(self.name("a window's name"), span=self.span(start))

    def named_windows(self) -> tuple[NamedWindow, ...]:
        """Reads the clause WINDOW, if it stands here."""
        return self.many(self._named_window) if self.accept("WINDOW") else ()

    def _named_window(self) -> NamedWindow:
        start = self.token.start
        name = self.name("a window's name")
        self.expect("AS")
        return NamedWindow(name, self.window_spec(), span=self.span(start))

    def window_spec(self) -> WindowSpec:
        """Reads ( [name] [PARTITION BY …] [ORDER BY …] [frame] )."""
        self.enter(CALL_DEPTH)
        start = self.token.start
        self.expect("(")
        base = None
        if self.is_name() and self.key not in {"RANGE", "ROWS"} and (self.key != "PARTITION" or self.peek() == ")"):
            base = self.identifier()
        partition = self.many(self.expression) if self._by("PARTITION") else ()
        order = self.many(self._order_key) if self._by("ORDER") else ()
        frame = self._frame() if self.key in {"RANGE", "ROWS"} else None
        if self.key != ")":
            raise self.wrong(*self._after(partition, order, frame), ")")
        self.advance()
        self.depth -= CALL_DEPTH
        return WindowSpec(base, partition, order, frame, span=self.span(start))

    def _by(self, word: str) -> bool:
        """Moves over the word and BY, if the word stands here."""
        found = self.key == word
        if found:
            self.expect(word, "BY")
        return found

    def _after(self, partition: object, order: object, frame: object) -> list[str]:
        """Returns the words that can follow the last part of a window that was read."""
        words = [] if frame else ["RANGE", "ROWS"]
        words += [] if partition or order or frame else ["PARTITION"]
        return words

    def _frame(self) -> Frame:
        start = self.token.start
        rows = self.advance().key == "ROWS"
        if self.accept("BETWEEN"):
            first = self._bound()
            self.expect("AND")
            last = self._bound()
        else:
            first = self._bound()
            last = Bound("CURRENT ROW", span=first.span)
        return Frame(rows, first, last, span=self.span(start))

    def _bound(self) -> Bound:
        start = self.token.start
        if self.accept("CURRENT"):
            self.expect("ROW")
            return Bound("CURRENT ROW", span=self.span(start))
        amount = None if self.accept("UNBOUNDED") else self.expression(COMPARISON)
        if self.key not in {"PRECEDING", "FOLLOWING"}:
            raise self.wrong("PRECEDING", "FOLLOWING")
        kind = self.advance().key
        return Bound(kind, amount, span=self.span(start))  # type: ignore[arg-type]

    # ORDER BY

    def order_by(self) -> Order:
        """Reads ORDER BY, if it stands here."""
        if self.key != "ORDER":
            return ()
        self._by("ORDER")
        start = self.token.start
        first = self._order_key()
        keys: Order = (first,)
        if self.accept("WITHIN"):
            if first.descending or first.nulls_first is not None:
                raise Broken(start, "The key before WITHIN is sorted upwards: remove the words between.")
            keys = (Within(first.expr, self.expression(), span=self.span(start)),)
        return (*keys, *self.many(self._order_key)) if self.accept(",") else keys

    def _order_key(self) -> OrderKey:
        start = self.token.start
        expr = self.expression()
        descending = self.accept("DESC")
        _ = descending or self.accept("ASC")
        nulls_first = None
        if self.accept("NULLS"):
            if self.key not in {"FIRST", "LAST"}:
                raise self.wrong("FIRST", "LAST")
            nulls_first = self.advance().key == "FIRST"
        return OrderKey(expr, descending, nulls_first, span=self.span(start))
