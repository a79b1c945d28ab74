"""Cuts the text of a script into tokens."""

import re
from typing import NamedTuple

from sql.language.bounds import NAME_MOST
from sql.language.report import Report

WORD, QUOTED, TEXT, UNICODE, BYTES, NUMBER, SIGN, BAD, END = (
    "word", "quoted", "text", "unicode", "bytes", "number", "sign", "bad", "end",
)  # fmt: skip

# Quantifiers are possessive: an unclosed quote costs one pass.
SCAN = re.compile(
    r"""
    [\s\ufeff\u200b]*+
    (?:(?P<comment>--[^\n]*+|//[^\n]*+|/\*(?s:.*?)\*/)
    |(?P<dashes>(?:-[–—]|[–—]-|[–—]{2})[^\n]*+)
    |(?P<number>(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?)
    |(?P<unicode>[uU]&'(?:[^']++|'')*+')
    |(?P<bytes>[xX]'[^'\n]*+')
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*+)
    |(?P<quoted>"(?:[^"\n]++|"")*+")
    |(?P<text>'(?:[^']++|'')*+')
    |(?P<sign><>|!=|<=|>=|\|\||[-+*=<>(),.;\[\]{}]|/(?!\*))
    |(?P<end>\Z))
    """,
    re.VERBOSE,
)
SPACE = re.compile(r"[\s\ufeff\u200b]*")
CONTROLS = re.compile(r"[\x00-\x1f]")
WRONG_QUOTES = re.compile(r"[“”„][^“”„\n]*[“”]|[‘’][^‘’\n]*[‘’]|`[^`\n]*`")
NAME_END = re.compile(r"[;\n]")
LETTERS = re.compile(r"\w*")
PLACEHOLDER = re.compile(r"\$\{[^}\n]*\}?|\{\{[^}\n]*\}*|%[0-9]*[sd]\b")
# Signs of other languages, longest first, and the mend.
FOREIGN_SIGNS = {
    "::": "There is no :: in this language; write CAST(value AS type).",
    ":=": "There is no := in this language; write = to compare.",
    "&&": "There is no && in this language; write AND.",
    "%": "There is no % in this language; write MOD(a, b).",
    "!": "There is no ! in this language; write NOT, or <> for 'not equal'.",
    "|": "A single | has no meaning here; write || to join texts, or OR.",
    "`": 'Names are quoted with double quotes ("), not with backticks.',
    "#": "A comment begins with two hyphens (--), not with #.",
    "–": "This is an en dash; write a hyphen (-) for minus, or two for a comment.",
    "—": "This is an em dash; write a hyphen (-) for minus, or two for a comment.",
    "−": "This is a typographic minus sign; write a hyphen (-).",
    "‘": "This is a typographic quote; write ' around texts.",
    "’": "This is a typographic quote; write ' around texts.",
    "“": 'This is a typographic quote; write " around names.',
    "„": 'This is a typographic quote; write " around names.',
    "”": 'This is a typographic quote; write " around names.',
    "'": "The text that opens here is never closed: a ' is missing.",
    "/*": "The comment that opens here is never closed: a */ is missing.",
    '"': 'The quoted name that opens here is not closed on its line: a " is missing.',
}


class Token(NamedTuple):
    """Is a token: `key` is a word in capitals, a sign, or for other kinds the kind itself."""

    kind: str
    key: str
    start: int
    end: int


def scan(report: Report) -> list[Token]:
    """Returns the tokens of the script without comments; a fault of spelling becomes a BAD token, and is reported."""
    text, position, length = report.text, 0, len(report.text)
    tokens: list[Token] = []
    match, append = SCAN.match, tokens.append
    while position < length:
        found = match(text, position)
        if found is None:
            position = _foreign(report, tokens, _after_space(text, position))
            continue
        kind = found.lastgroup or END
        start, position = found.span(kind)
        if kind == "word":
            beyond = position < length and text[position] > "\x7f" and text[position].isalnum()
            if beyond or position - start > NAME_MOST:
                position = _foreign(report, tokens, start)
            else:
                append(Token(WORD, text[start:position].upper(), start, position))
        elif kind == "sign":
            sign = text[start:position]
            append(Token(SIGN, "<>" if sign == "!=" else sign, start, position))
        elif kind == "dashes":
            report.warn(start, "This comment begins with a long dash; write two hyphens (--).")
        elif kind != "comment" and kind != END:
            append(_literal(report, kind, start, position))
    return tokens


def _after_space(text: str, start: int) -> int:
    found = SPACE.match(text, start)
    return found.end() if found else start


def _literal(report: Report, kind: str, start: int, end: int) -> Token:
    """Returns the token of a quoted name, a text or a number; reports those that cannot be."""
    text = report.text
    sentence = ""
    if kind == QUOTED:
        sentence = _quoted(text[start + 1 : end - 1].replace('""', '"'))
    elif kind == NUMBER and end < len(text) and (text[end].isalnum() or text[end] == "_"):
        sentence = f'A name that begins with a digit must be quoted: "{_shown(text, start)}".'
    if sentence:
        report.fault(start, sentence)
    return Token(BAD if sentence else kind, kind, start, end)


def _shown(text: str, start: int) -> str:
    """Returns the letters, digits and underscores from `start` on, cut to the length of a name."""
    return text[start : min(_word_end(text, start), start + NAME_MOST)]


def _word_end(text: str, start: int) -> int:
    found = LETTERS.match(text, start)
    return found.end() if found else start


def _quoted(name: str) -> str:
    """Returns the sentence about a quoted name that cannot be one, or an empty text."""
    if not name:
        return "A quoted name cannot be empty."
    if len(name) > NAME_MOST:
        return f"This name has {len(name)} characters; a name has at most {NAME_MOST}."
    return "A quoted name cannot have control characters such as a tab in it." if CONTROLS.search(name) else ""


def _foreign(report: Report, tokens: list[Token], start: int) -> int:
    """Reports a character that begins no token, and returns the offset at which to go on."""
    start, end, sentence = _explain(report.text, start, tokens)
    report.fault(start, sentence)
    tokens.append(Token(BAD, BAD, start, end))
    return end


def _explain(text: str, start: int, tokens: list[Token]) -> tuple[int, int, str]:
    """Returns where the characters that begin no token start and end, and the sentence about them."""
    if found := PLACEHOLDER.match(text, start):
        placeholder = f"{found[0][:40]} is a placeholder of a template; fill it in before the script is read."
        return start, found.end(), placeholder
    if found := WRONG_QUOTES.match(text, start):
        return start, found.end(), FOREIGN_SIGNS[text[start]]
    if sign := next((sign for sign in FOREIGN_SIGNS if text.startswith(sign, start)), ""):
        end = start + len(sign)
        if sign in {"'", "/*", '"'}:
            end = _name_end(text, start) if sign == '"' else len(text)
        return _culprit(tokens, text, start) if sign == "'" else start, end, FOREIGN_SIGNS[sign]
    word = _shown(text, start)
    if len(word) == NAME_MOST:
        return start, _word_end(text, start), f"A name has at most {NAME_MOST} characters; this one has more."
    if word:
        end = start + len(word)
        return start, end, f'A name with letters other than A to Z must be quoted: "{word}".'
    return start, start + 1, f"The character {text[start]!r} has no meaning here."


def _name_end(text: str, start: int) -> int:
    """Returns where an unclosed name ends: the statement after the semicolon is read again."""
    found = NAME_END.search(text, start)
    return found.start() if found else len(text)


def _culprit(tokens: list[Token], text: str, start: int) -> int:
    """Returns the offset of the unclosed quote: probably of the first text that runs over a line.

    The quotes after it are taken the wrong way round, so their tokens are removed.
    """
    runs = (at for at, token in enumerate(tokens) if token.kind == TEXT and "\n" in text[token.start : token.end])
    at = next(runs, len(tokens))
    start = tokens[at].start if at < len(tokens) else start
    del tokens[at:]
    return start
