"""Turns a script into a tree, statement by statement, so that one fault does not hide the next statement's."""

from dataclasses import dataclass

from sql.language.ast import Script, Statement
from sql.language.bounds import CHARACTERS_MOST, DEPTH_MOST
from sql.language.height import height
from sql.language.parsing.hints import balance
from sql.language.parsing.statements import Statements
from sql.language.report import Broken, Report
from sql.language.tokens import BAD, Token, scan
from sql.language.words import CLAUSES, STARTERS

# A statement cannot begin with one of these: the semicolon before it is one too many.
_GOES_ON = """
    ) , . = UNION EXCEPT INTERSECT ON USING JOIN INNER LEFT RIGHT FULL CROSS NATURAL AND OR AS OVER PARTITION RANGE ROWS
    WHEN THEN ELSE END
"""
GOES_ON = frozenset(CLAUSES) | frozenset(_GOES_ON.split())
NODES_A_LEVEL = 6  # of a tree, at most, that a level of the parser adds to a path: SELECT, source, window, frame, bound


@dataclass(frozen=True, slots=True)
class Part:
    """Is the part of a script between two semicolons; `end` is the offset of the second one."""

    tokens: list[Token]
    end: int

    def joined(self, other: "Part") -> "Part":
        return Part(self.tokens + other.tokens, other.end)

    @property
    def is_open(self) -> bool:
        """Returns whether a query or a parenthesis may go on after it."""
        return balance(self.tokens) > 0 or any(token.key == "SELECT" for token in self.tokens)


def parse(text: str) -> Script:
    """Returns the script's tree; raises ScriptError with the faults of all its statements, and its warnings."""
    report = Report(text)
    if len(text) > CHARACTERS_MOST:
        sentence = f"The script has {len(text):,} characters; {CHARACTERS_MOST:,} are the most."
        report.fault(CHARACTERS_MOST, sentence)
        report.raise_faults()
    statements: list[Statement] = []
    parts = _parts(scan(report), len(text))
    while parts:
        statements += _read(report, parts)
    report.raise_faults()
    return Script(text, tuple(statements), report.warnings())


def _parts(tokens: list[Token], length: int) -> list[Part]:
    """Returns the parts between semicolons, the last one first; a part may be empty."""
    parts, begin = [], 0
    for at, token in enumerate(tokens):
        if token.key == ";":
            parts.append(Part(tokens[begin:at], token.start))
            begin = at + 1
    parts.append(Part(tokens[begin:], length))
    return parts[::-1]


def _read(report: Report, parts: list[Part]) -> list[Statement]:
    """Takes the first part, and those that a stray semicolon cuts off from it, and returns its statements."""
    part = _whole(report, parts)
    if not part.tokens or any(token.kind == BAD for token in part.tokens):
        return []
    try:
        return _statements(report, part)
    except Broken as broken:
        if parts and parts[-1].tokens and balance(part.tokens) > 0 and _mends(report.text, part.joined(parts[-1])):
            _stray(report, part, "a parenthesis is still open")
            parts.pop()
        else:
            report.fault(broken.offset, broken.sentence)
        return []


def _whole(report: Report, parts: list[Part]) -> Part:
    """Takes the first part and joins those that go on with it, whose semicolons it reports."""
    part = parts.pop()
    tokens = list(part.tokens)
    is_open = bool(tokens) and part.is_open
    while is_open and parts and parts[-1].tokens and parts[-1].tokens[0].key in GOES_ON:
        word = report.text[parts[-1].tokens[0].start : parts[-1].tokens[0].end]
        _stray(report, part, f"{word} goes on with it")
        part = parts.pop()
        tokens += part.tokens
    return Part(tokens, part.end)


def _stray(report: Report, part: Part, reason: str) -> None:
    report.fault(part.end, f"A semicolon ends the statement here, but {reason}: remove the semicolon.")


def _mends(text: str, part: Part) -> bool:
    """Returns whether the part is sound."""
    try:
        _statements(Report(text), part)
    except Broken:
        return False
    return True


def _statements(report: Report, part: Part) -> list[Statement]:
    """Returns the part's statement, or several if semicolons are missing between them, which is reported."""
    statements, tokens = [], part.tokens
    while tokens:
        parser = Statements(report, tokens)
        statements.append(parser.statement())
        _check_height(parser, statements[-1])
        if parser.key not in STARTERS:
            parser.finish()
            break
        report.fault(parser.token.start, f"A semicolon is missing before {parser.shown()}.")
        tokens = tokens[parser.at :]
    return statements


def _check_height(parser: Statements, statement: Statement) -> None:
    """Raises if the tree is too high for a walk that recurses: chains of operators lean to the left."""
    if parser.deepest * NODES_A_LEVEL + parser.links <= DEPTH_MOST or height(statement) <= DEPTH_MOST:
        return
    sentence = f"This statement has a chain or a nesting of more than {DEPTH_MOST} levels; split it."
    raise Broken(statement.span.start, sentence)
