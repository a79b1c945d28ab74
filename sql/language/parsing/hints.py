"""Words the sentence about a token that cannot stand where it stands, with the mend if it can be guessed."""

from sql.language.report import Broken
from sql.language.tokens import END, NUMBER, QUOTED, TEXT, WORD, Token
from sql.language.words import CLAUSES, HARD, STARTERS, near

SHOWN_MOST = 40  # characters of the user's text in a sentence
# Words of other dialects that users try, and the mend.
FOREIGN_WORDS = {
    "LIMIT": "There is no LIMIT: a stream has no last row. Filter with WHERE, or use TOP_K_ITEMS_TUMBLING.",
    "TOP": "There is no TOP: a stream has no last row. Filter with WHERE, or use TOP_K_ITEMS_TUMBLING.",
    "FETCH": "There is no FETCH: a stream has no last row. Filter with WHERE, or use TOP_K_ITEMS_TUMBLING.",
    "OFFSET": "There is no OFFSET: a stream has no first row to skip.",
    "QUALIFY": "There is no QUALIFY; put the query into FROM ( … ) and write WHERE after it.",
    "FILTER": "There is no FILTER; write the condition as CASE WHEN … THEN … END inside the aggregate.",
    "ILIKE": "There is no ILIKE; write UPPER(value) LIKE 'PATTERN'.",
    "REGEXP": "There is no REGEXP; write SIMILAR TO, or SUBSTRING(value FROM 'regular expression') IS NOT NULL.",
    "RLIKE": "There is no RLIKE; write SIMILAR TO, or SUBSTRING(value FROM 'regular expression') IS NOT NULL.",
    "ISNULL": "There is no ISNULL; write IS NULL.",
    "NOTNULL": "There is no NOTNULL; write IS NOT NULL.",
    "EMIT": "There is no EMIT: a window's rows come out when its time ends.",
    "WITH": "There is no WITH; write the query in FROM ( … ), or fill a stream with a pump.",
    "PRIMARY": "Streams have no keys; remove PRIMARY KEY.",
    "UNIQUE": "Streams have no keys; remove UNIQUE.",
    "DEFAULT": "Columns have no defaults; remove DEFAULT.",
    "CHECK": "Columns have no checks; filter the rows in a pump's WHERE.",
    "{": "A brace begins only {d '…'}, {t '…'} or {ts '…'}.",
    "[": 'Names are quoted with double quotes ("), not with brackets.',
}
MISTAKEN = {"EMIT", "TOP", "LIMIT", "OFFSET", "ILIKE", "REGEXP", "RLIKE"}  # for a name without AS
FULL = {"GROUP": "GROUP BY", "ORDER": "ORDER BY", "WINDOWED": "WINDOWED BY STAGGER"}


def shown(text: str, token: Token) -> str:
    """Returns the token as a sentence names it."""
    return "the end of the statement" if token.kind == END else text[token.start : token.end][:SHOWN_MOST]


def unexpected(text: str, tokens: list[Token], at: int, expected: tuple[str, ...]) -> Broken:
    """Returns the fault of token `at`, where one of `expected` should stand: words, signs or things like "a name"."""
    token, before = tokens[at], tokens[at - 1] if at else None
    if before and before.key in MISTAKEN and (token.kind in {NUMBER, TEXT} or token.key == "CHANGES"):
        return Broken(before.start, FOREIGN_WORDS[before.key])
    if before and before.key == token.key == "=" and before.end == token.start:
        return Broken(before.start, "There is no == in this language; write = to compare.")
    if sentence := _foreign(token, tokens[min(at + 1, len(tokens) - 1)]):
        return Broken(token.start, sentence)
    for hint in (_unclosed, _closes_nothing, _outside, _misspelt, _reserved, _clause, _missing_comma):
        if fault := hint(text, tokens, at, expected):
            return fault
    return Broken(token.start, _plain(text, token, expected))


def _plain(text: str, token: Token, expected: tuple[str, ...]) -> str:
    if token.kind == END:
        expected = tuple(word for word in expected if word != ",")
    wanted = " or ".join(filter(None, [", ".join(expected[:-1]), expected[-1]]))
    if token.kind == END:
        return f"The statement ends too early: {wanted} is missing."
    if token.key in STARTERS and expected[-1] == "the end of the statement":
        return f"A semicolon is missing before {shown(text, token)}."
    return f"Expected {wanted} but found {shown(text, token)}."


def _foreign(token: Token, after: Token) -> str:
    if token.key in {"FETCH", "OFFSET"} and after.kind not in {WORD, NUMBER}:
        return ""
    return FOREIGN_WORDS.get(token.key, "")


def opened(tokens: list[Token]) -> list[Token]:
    """Returns the parentheses that are open after the tokens."""
    stack: list[Token] = []
    for token in tokens:
        if token.key == "(":
            stack.append(token)
        elif token.key == ")" and stack:
            stack.pop()
    return stack


def balance(tokens: list[Token]) -> int:
    """Returns how many more parentheses the tokens open than close."""
    keys = [token.key for token in tokens]
    return keys.count("(") - keys.count(")")


def _unclosed(text: str, tokens: list[Token], at: int, expected: tuple[str, ...]) -> Broken | None:
    """Explains a missing parenthesis at the place where it was opened."""
    if ")" not in expected or balance(tokens) <= 0:
        return None
    stack = opened(tokens[:at])
    if not stack:
        return None
    missing = shown(text, tokens[at])
    return Broken(stack[-1].start, f"This parenthesis is not closed: a ) is missing before {missing}.")


def _closes_nothing(text: str, tokens: list[Token], at: int, expected: tuple[str, ...]) -> Broken | None:
    if tokens[at].key != ")" or opened(tokens[:at]):
        return None
    return Broken(tokens[at].start, "This ) closes nothing: remove it, or add the ( that it belongs to.")


def _outside(text: str, tokens: list[Token], at: int, expected: tuple[str, ...]) -> Broken | None:
    """Explains FLOOR(time) TO HOUR: the parenthesis is closed too early."""
    if tokens[at].key != "TO" or tokens[at - 1].key != ")":
        return None
    depth, opening = 1, at - 2
    while depth and opening > 0:
        depth += (tokens[opening].key == ")") - (tokens[opening].key == "(")
        opening -= 1
    if tokens[opening].key not in {"FLOOR", "CEIL", "CEILING"}:
        return None
    unit = shown(text, tokens[at + 1])
    mend = f"{shown(text, tokens[opening])}(… TO {unit})"
    return Broken(tokens[at].start, f"TO {unit} belongs inside the parentheses: {mend}.")


def _misspelt(text: str, tokens: list[Token], at: int, expected: tuple[str, ...]) -> Broken | None:
    """Finds a misspelt keyword here or, since it was taken for a name without AS, one token before."""
    keywords = tuple(word for word in expected if word.isupper() and word.isalpha())
    here = tokens[at]
    if glued := next((word for word in keywords if here.kind == WORD and here.key.startswith(word)), ""):
        return Broken(here.start, f"A space is missing after {text[here.start : here.start + len(glued)]}.")
    for token, candidates in (
        (tokens[at], keywords),
        (tokens[at - 1], (*keywords, *CLAUSES, "SELECT", "JOIN", "STREAM")),
    ):
        if token.kind == WORD and token.key not in HARD and (meant := near(token.key, candidates)):
            return Broken(token.start, f"{shown(text, token)} has no meaning here; did you mean {meant}?")
    return None


def _reserved(text: str, tokens: list[Token], at: int, expected: tuple[str, ...]) -> Broken | None:
    """Explains a reserved word in the place of a name or a value."""
    token, after = tokens[at], tokens[at + 1].key if at + 1 < len(tokens) else END
    role = expected[-1]
    if token.kind != WORD or token.key not in HARD or not role.startswith("a "):
        return None
    written = shown(text, token)
    begins = token.key in STARTERS or token.key in {"FROM", "WHERE", "HAVING", "WINDOWED", "AS", "ON"}
    begins = begins or (token.key in {"ORDER", "GROUP"} and after == "BY")
    if begins and role != "a column's name":
        return Broken(token.start, f"{role[0].upper()}{role[1:]} is missing before {written}.")
    return Broken(token.start, f'{written} is a reserved word; quote it to use it as a name: "{written}".')


def _clause(text: str, tokens: list[Token], at: int, expected: tuple[str, ...]) -> Broken | None:
    """Explains a clause that comes twice, or after one that it must precede."""
    key = tokens[at].key
    if key not in CLAUSES:
        return None
    seen = _clauses(tokens[:at])
    written = shown(text, tokens[at])
    if key in seen:
        mend = "join the conditions with AND" if key in {"WHERE", "HAVING"} else "keep one of them"
        return Broken(tokens[at].start, f"This is the query's second {written}; {mend}.")
    late = next((word for word in CLAUSES[CLAUSES.index(key) + 1 :] if word in seen), "")
    return Broken(tokens[at].start, f"{written} must stand before {FULL.get(late, late)}.") if late else None


def _clauses(tokens: list[Token]) -> set[str]:
    """Returns the words of clauses that the query at the end of the tokens has so far, at its own depth."""
    seen: list[set[str]] = [set()]
    for token in tokens:
        if token.key == "(":
            seen.append(set())
        elif token.key == ")" and len(seen) > 1:
            seen.pop()
        elif token.key == "SELECT":
            seen[-1].clear()
        elif token.key in CLAUSES:
            seen[-1].add(token.key)
    return seen[-1]


def _missing_comma(text: str, tokens: list[Token], at: int, expected: tuple[str, ...]) -> Broken | None:
    token = tokens[at]
    begins = (
        token.kind in {QUOTED, NUMBER, TEXT} or (token.kind == WORD and token.key not in HARD) or token.key == "CASE"
    )
    if "," not in expected or not begins:
        return None
    return Broken(token.start, f"A comma is missing before {shown(text, token)}.")
