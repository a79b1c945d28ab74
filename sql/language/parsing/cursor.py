"""Walks over the tokens of a statement, reads names, and words the sentence about a token that cannot be there."""

from collections.abc import Callable
from typing import TypeVar

from sql.errors import Span
from sql.language.ast import Identifier
from sql.language.bounds import COLUMNS_MOST, DEPTH_MOST, NODES_MOST
from sql.language.parsing.hints import unexpected
from sql.language.report import Broken, Report
from sql.language.tokens import END, QUOTED, WORD, Token
from sql.language.words import HARD, NILADIC, NO_ALIAS, SOFT, near

T = TypeVar("T")


class Cursor:
    """Stands at a token of a statement: `key` is its word in capitals, its sign, or its kind."""

    def __init__(self, report: Report, tokens: list[Token]) -> None:
        """Takes the tokens of one statement, at least one, without its semicolon."""
        self.report, self.text = report, report.text
        self.tokens = [*tokens, Token(END, END, tokens[-1].end, tokens[-1].end)]
        self.at, self.count_of_tokens = 0, len(self.tokens)
        self.token = self.tokens[0]
        self.in_rounding = 0  # how many FLOOR or CEIL are open: their TO may follow a unit
        self.key = self.token.key
        self.last_end = self.token.start  # of the token before
        self.depth = self.deepest = self.links = self.nodes = 0
        self._closing: dict[int, int] | None = None  # the closing parenthesis of each opening one; found when asked

    def advance(self) -> Token:
        """Returns the token and moves to the next one; the end stays."""
        token = self.token
        self.last_end = token.end
        if token.kind != END:
            self.at += 1
            self.token = self.tokens[self.at]
            self.key = self.token.key
        return token

    def peek(self, steps: int = 1) -> str:
        """Returns the key of the token that is so many tokens further on."""
        at = self.at + steps
        return self.tokens[at].key if at < self.count_of_tokens else END

    def beyond(self) -> str:
        """Returns the key behind the parenthesis that closes the one that stands here; the end's if none does."""
        if self._closing is None:
            self._closing = _closing(self.tokens)
        at = self._closing.get(self.at)
        return END if at is None else self.tokens[at + 1].key

    def accept(self, *keys: str) -> bool:
        """Moves over the keys if all of them stand here, one after the other."""
        if self.key != keys[0]:
            return False
        if len(keys) > 1 and any(self.peek(step) != key for step, key in enumerate(keys)):
            return False
        for _ in keys:
            self.advance()
        return True

    def expect(self, *keys: str) -> Token:
        """Moves over the keys and returns the last of them, or raises the sentence that names the missing one."""
        for key in keys:
            if self.key != key:
                raise self.wrong(key)
            token = self.advance()
        return token

    def wrong(self, *expected: str) -> Broken:
        """Returns the fault of the token: it is none of the expected keys or things."""
        return unexpected(self.text, self.tokens, self.at, expected)

    def close(self) -> None:
        """Moves over the closing parenthesis."""
        if self.key != ")":
            raise self.wrong(")")
        self.advance()

    def span(self, start: int) -> Span:
        """Returns the span from `start` to the end of the token before."""
        return Span(start, self.last_end)

    def enter(self, levels: int = 1) -> None:
        """Goes deeper by so many levels, or raises that the bound is reached."""
        self.depth += levels
        if self.depth > DEPTH_MOST:
            raise Broken(self.token.start, f"The nesting is too deep here: {DEPTH_MOST} levels are the most.")
        self.deepest = max(self.deepest, self.depth)

    def count(self) -> None:
        """Counts an expression, or raises that the bound is reached."""
        self.nodes += 1
        if self.nodes > NODES_MOST:
            raise Broken(self.token.start, f"This statement has more than {NODES_MOST:,} expressions; split it.")

    # Lists and names

    def many(self, read: Callable[[], T], *, most: int = NODES_MOST) -> tuple[T, ...]:
        """Returns the things of a list with commas between them."""
        found = [read()]
        while self.key == ",":
            comma = self.advance()
            if self.key in {")", END} or (self.key in HARD and self.key in {"FROM", "WHERE", "GROUP", "ORDER"}):
                raise Broken(comma.start, f"Nothing follows this comma; remove it before {self.shown()}.")
            found.append(read())
        if len(found) > most:
            raise Broken(self.token.start, f"This list has {len(found):,} entries; {most:,} are the most.")
        return tuple(found)

    def shown(self) -> str:
        """Returns the token as a sentence names it."""
        return "the end of the statement" if self.key == END else self.text[self.token.start : self.token.end][:40]

    def is_name(self) -> bool:
        """Returns whether the token can be a name."""
        return self.token.kind == QUOTED or (self.token.kind == WORD and self.key not in HARD)

    def name(self, role: str = "a name") -> Identifier:
        """Reads a name of one part."""
        if not self.is_name():
            raise self.wrong(role)
        return self.identifier()

    def identifier(self) -> Identifier:
        """Makes a name of the token: a quoted one as it is, another in capitals, with a warning if it is reserved."""
        token = self.advance()
        written = self.text[token.start : token.end]
        span = Span(token.start, token.end)
        if token.kind == QUOTED:
            return Identifier(written[1:-1].replace('""', '"'), quoted=True, written=written, span=span)
        if token.key in SOFT and token.key not in NILADIC:
            self.warn_reserved(token, written)
        return Identifier(token.key, written=written, span=span)

    def warn_reserved(self, token: Token, written: str) -> None:
        self.report.warn_once(
            token.start, f'{written} is a reserved word; quote it where it is a name, as in "{token.key}".'
        )

    def qualified_name(self, role: str) -> Identifier:
        """Reads a name of up to three parts, and returns the last: the catalog and the schema mean nothing here."""
        parts = [self.name(role)]
        while self.key == "." and len(parts) < 3:
            self.advance()
            parts.append(self.name(role))
        if len(parts) > 1:
            ignored = ".".join(map(str, parts[:-1]))
            self.report.warn(parts[0].span.start, f"{ignored} is ignored: a name is {parts[-1]} alone here.")
        return parts[-1]

    def names(self) -> tuple[Identifier, ...]:
        """Reads a list of names in parentheses if one stands here, otherwise returns an empty one."""
        if not self.accept("("):
            return ()
        found = self.many(self.name, most=COLUMNS_MOST)
        self.close()
        return found

    def alias(self) -> Identifier | None:
        """Reads the name that an item or a source is given, with or without AS."""
        if self.accept("AS"):
            return self.name("a name after AS")
        token = self.token
        if token.kind == QUOTED or (token.kind == WORD and token.key not in NO_ALIAS and not self._is_limit()):
            return self.identifier()
        return None

    def doubt(self, words: tuple[str, ...], reading: str) -> None:
        """Warns if the token is nearly one of the words, which would change its reading."""
        if meant := near(self.key, words):
            self.report.warn(self.token.start, f"{self.shown()} is read as {reading}; did you mean {meant}?")

    def _is_limit(self) -> bool:
        return self.key == "LIMIT" and self.peek() == "number"


def _closing(tokens: list[Token]) -> dict[int, int]:
    """Returns the places of the closing parentheses by those of the opening ones, in one pass for all of them."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for at, token in enumerate(tokens):
        if token.key == "(":
            opened.append(at)
        elif token.key == ")" and opened:
            found[opened.pop()] = at
    return found
