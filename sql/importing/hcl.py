"""Reads Terraform's language as far as resources need it: blocks, attributes, texts, heredocs, lists and objects.

An expression that is not one of these, a reference or a call is kept as its text.
"""

import re

from sql.importing.hcl_forms import Block, Call, Expression, Raw, Template, closing, next_dollar, unescaped
from sql.importing.nodes import DEPTH_MOST, ImportingError

_SPACE = re.compile(r"(?:[ \t\r]|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_SPACES = re.compile(r"(?:\s|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?![\w.])")
_REFERENCE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_*-]+|\[[^\]\n]*\])*")
_HEREDOC = re.compile(r"<<(-?)([A-Za-z_][A-Za-z0-9_]*)\r?\n")
_TEMPLATES_MOST = 20  # levels of ${…} within ${…}
_WORDS = {"true": True, "false": False, "null": None}


def read_body(text: str, file: str = "") -> Block:
    """Returns the attributes and blocks of a file, as a block without a type. Raises ImportingError.

    Places have the file's name, if it is given.
    """
    return _Reader(text, f"{file}, " if file else "").file()


class UnclosedError(ImportingError):
    """Means that a text has no end, or that its values have too many levels; it cannot be kept as its text either."""


class _Reader:
    """Reads one file from its beginning to its end."""

    def __init__(self, text: str, prefix: str, line: int = 1, depth: int = 0) -> None:
        self._text = text
        self._prefix = prefix  # of places
        self._at = 0
        self._depth = depth  # of this text in the ${…} of others
        self._line, self._counted = line, 0  # the line of the character up to which lines are counted

    def file(self) -> Block:
        block = Block("", (), self._place())
        self._body(block, 0)
        if self._at < len(self._text):
            raise self._fault("a name of a block or an attribute")
        return block

    def expression_alone(self) -> Expression:
        """Returns the one expression of a text, as between ${ and }; other text is kept as it is."""
        place, text = self._place(), self._text.strip()
        try:
            found = self._expression(0)
        except ImportingError:
            return Expression(Raw(text), place)
        self._skip(_SPACES)
        return found if self._at == len(self._text) else Expression(Raw(text), place)

    def _body(self, block: Block, depth: int) -> None:
        """Reads attributes and blocks up to a closing brace or the end."""
        if depth > DEPTH_MOST:
            raise ImportingError(f"The file has more than {DEPTH_MOST} levels of blocks.")
        while True:
            self._skip(_SPACES)
            place, name = self._place(), self._match(_NAME)
            if not name:
                return
            self._skip(_SPACE)
            if self._next("=") and not self._next("=="):
                self._at += 1
                self._skip(_SPACES)
                block.attributes[name] = self._whole_expression(depth)
            else:
                block.blocks.append(self._block(name, place, depth))

    def _block(self, name: str, place: str, depth: int) -> Block:
        labels: list[str] = []
        while not self._next("{"):
            label = self._quoted() if self._next('"') else self._match(_NAME)
            if not label:
                raise self._fault("{")
            labels.append(label)
            self._skip(_SPACE)
        self._at += 1
        block = Block(name, tuple(labels), place)
        self._body(block, depth + 1)
        if not self._next("}"):
            raise self._fault("}")
        self._at += 1
        return block

    def _whole_expression(self, depth: int, ends: str = "\n}") -> Expression:
        """Returns an expression that ends its line; one with operators is kept as its text."""
        start, place = self._at, self._place()
        try:
            found = self._expression(depth)
            self._skip(_SPACE)
            if self._at >= len(self._text) or self._text[self._at] in ends:
                return found
        except UnclosedError:
            raise
        except ImportingError:
            pass  # it has operators, or is of another kind that is kept as its text
        self._at = start
        return Expression(Raw(self._rest(ends)), place)

    def _rest(self, ends: str) -> str:
        """Returns the text up to the end of an expression, over the brackets and the texts in it."""
        start, open_brackets = self._at, 0
        while self._at < len(self._text):
            character = self._text[self._at]
            if character == '"':
                self._quoted()
                continue
            if not open_brackets and character in ends:
                break
            open_brackets += (character in "([{") - (character in ")]}")
            self._at += 1
        return self._text[start : self._at].strip()

    def _expression(self, depth: int) -> Expression:
        """Returns a text, number, list, object, call or reference. Raises ImportingError for another expression."""
        if depth > DEPTH_MOST:
            raise UnclosedError(f"{self._place()}: the values have more than {DEPTH_MOST} levels.")
        line, place = self._here(), self._place()
        if self._next('"'):
            return self._templated(self._quoted_source(), line)
        if heredoc := _HEREDOC.match(self._text, self._at):
            return self._templated(self._heredoc(heredoc), line + 1, escapes=False)
        if self._next("["):
            return Expression(self._list(depth + 1), place)
        if self._next("{"):
            return Expression(self._object(depth + 1), place)
        if number := self._match(_NUMBER):
            return Expression(float(number) if "." in number else int(number[:20]), place)
        return self._named(depth, place)

    def _named(self, depth: int, place: str) -> Expression:
        """Returns a word, a call or a reference."""
        name = self._match(_REFERENCE)
        if not name:
            raise self._fault("an expression")
        if name in _WORDS:
            return Expression(_WORDS[name], place)
        if not self._next("("):
            return Expression(Raw(name), place)
        self._at += 1
        return Expression(Call(name, tuple(self._items(")", depth + 1))), place)

    def _list(self, depth: int) -> list[Expression]:
        self._at += 1
        return self._items("]", depth)

    def _items(self, end: str, depth: int) -> list[Expression]:
        """Returns the expressions up to a closing bracket, and goes past it."""
        found: list[Expression] = []
        while True:
            self._skip(_SPACES)
            if self._next(end):
                self._at += 1
                return found
            found.append(self._whole_expression(depth, f",{end}\n"))
            self._skip(_SPACES)
            if self._next(","):
                self._at += 1
            elif not self._next(end):
                raise self._fault(end)

    def _object(self, depth: int) -> dict[str, Expression]:
        self._at += 1
        found: dict[str, Expression] = {}
        while True:
            self._skip(_SPACES)
            if self._next("}"):
                self._at += 1
                return found
            key = self._quoted() if self._next('"') else self._match(_NAME)
            self._skip(_SPACE)
            if not key or not (self._next("=") or self._next(":")):
                raise self._fault("a key")
            self._at += 1
            self._skip(_SPACES)
            found[key] = self._whole_expression(depth, ",}\n")
            self._skip(_SPACES)
            if self._next(","):
                self._at += 1

    def _quoted(self) -> str:
        """Returns a quoted text without regard to ${…} in it."""
        return unescaped(self._quoted_source())

    def _quoted_source(self) -> str:
        """Returns the text between two quotes, with its escapes; quotes within ${…} do not end it."""
        start = self._at = self._at + 1
        open_braces = 0
        while self._at < len(self._text):
            character = self._text[self._at]
            if character == "\\":
                self._at += 1
            elif self._text.startswith("${", self._at) and self._text[self._at - 1] != "$":
                open_braces += 1
                self._at += 1
            elif open_braces and character in "{}":
                open_braces += 1 if character == "{" else -1
            elif character == '"' and not open_braces:
                self._at += 1
                return self._text[start : self._at - 1]
            self._at += 1
        self._at = start
        raise UnclosedError(f"{self._place()}: the text that begins here has no closing quote.")

    def _heredoc(self, opened: re.Match[str]) -> str:
        """Returns the lines of a heredoc; after <<- they lose the indentation that they all have."""
        self._at = opened.end()
        ending = re.compile(rf"^[ \t]*{opened[2]}[ \t]*\r?$", re.MULTILINE).search(self._text, self._at)
        if ending is None:
            raise UnclosedError(f"{self._place()}: {opened[2]} is expected, which ends the text that begins here.")
        lines = self._text[self._at : ending.start()].splitlines(keepends=True)
        self._at = ending.end()
        if opened[1]:
            indent = min((len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()), default=0)
            lines = [line[indent:] if line.strip() else line.lstrip(" \t") for line in lines]
        return "".join(lines)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _next(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def _here(self) -> int:
        """Returns the line; it counts on from the last place, or back to an earlier one."""
        if self._at >= self._counted:
            self._line += self._text.count("\n", self._counted, self._at)
        else:
            self._line -= self._text.count("\n", self._at, self._counted)
        self._counted = self._at
        return self._line

    def _place(self) -> str:
        return f"{self._prefix}line {self._here()}"

    def _fault(self, wanted: str) -> ImportingError:
        shown = self._text[self._at : self._at + 20].split("\n")[0] or "the end of the file"
        return ImportingError(f"{self._place()}: {wanted} is expected, where {shown!r} stands.")

    def _templated(self, source: str, line: int, *, escapes: bool = True) -> Expression:
        """Returns a text; one with ${…} in it becomes a template, and $${ stands for ${."""
        place = f"{self._prefix}line {line}"
        if self._depth > _TEMPLATES_MOST:
            raise UnclosedError(f"{place}: ${{…}} is nested more than {_TEMPLATES_MOST} times.")
        parts: list[Expression] = []
        text, at = "", 0
        while at < len(source):
            if source.startswith("$${", at):
                text, at = text + "${", at + 3
            elif source.startswith("${", at):
                end = closing(source, at + 2)
                parts += [Expression(unescaped(text) if escapes else text, place)]
                reader = _Reader(
                    source[at + 2 : end].strip("~"), self._prefix, line + source.count("\n", 0, at), self._depth + 1
                )
                parts.append(reader.expression_alone())
                text, at = "", end + 1
            else:
                start, at = at, next_dollar(source, at + 1)
                text += source[start:at]
        text = unescaped(text) if escapes else text
        return Expression(Template((*parts, Expression(text, place))), place) if parts else Expression(text, place)
