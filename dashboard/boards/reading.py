"""Reads the text of a board strictly. docs/boards.md describes it."""

import re

import msgspec

from common import toml
from common.text import cut, one_line
from dashboard import ranges
from dashboard.boards.spec import MOST_BYTES, MOST_PLACES, Content, Panel, milliseconds

PATH = re.compile(r" - at `(\$[^`]*)`$")
STEPS = re.compile(r"\.([A-Za-z_]+)|\[(\d+)\]|\[\.\.\.\]")
ROOTS = {"object": "a table", "array": "a list", "str": "a text", "int": "a whole number"}
MUST = {"top": ("data", "by"), "number": ("data",), "lines": ("data",), "bars": ("data",), "table": ("data",)}
MUST |= {"alarms": ("data",), "text": ("text",), "map": ("data", "lat", "lon", "by")}
SENTENCE = 300  # characters


class BoardError(ValueError):
    """Means that a text is no board. The message is a sentence; `line` is where, from 1, or 0 if that is not known."""

    def __init__(self, says: str, line: int = 0) -> None:
        super().__init__(f"Line {line}: {says}" if line else says)
        self.says, self.line = says, line


def read(text: str) -> Content:
    """Returns the content of a board's text. Raises BoardError."""
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise BoardError(f"A board's text has at most {MOST_BYTES // 1024} KiB.")
    try:
        content = msgspec.convert(_toml(text), Content)
    except msgspec.ValidationError as error:
        raise _invalid(text, str(error)) from None
    _check(text, content)
    return content


def _toml(text: str) -> object:
    try:
        return toml.parsed(text)
    except toml.TomlError as error:
        raise BoardError(f"This is no TOML: {cut(one_line(error.says), SENTENCE)}.", error.line) from None


def _invalid(text: str, says: str) -> BoardError:
    found = PATH.search(says)
    path = [(name, int(place or 0)) for name, place in STEPS.findall(found[1] if found else "")]
    words = PATH.sub("", says).replace("Object ", "The board " if len(path) < 2 else "The panel ", 1)
    for word, better in ROOTS.items():
        words = words.replace(f"`{word}`", better)
    where = "".join(f" in {name}" for name, _ in path[-1:] if name)
    return BoardError(f"{cut(one_line(words), SENTENCE)}{where}.", line_of(text, *_place(path, says)))


def _place(path: list[tuple[str, int]], says: str) -> tuple[int | None, str]:
    """Returns the number of the panel that a path leads to, None for the board itself, and the key there."""
    unknown = re.search(r"unknown field `(.*?)`", says)
    keys = [name for name, _ in path if name] + ([unknown[1]] if unknown else [])
    if keys[:1] == ["panels"] and len(path) > 1:
        return path[1][1], keys[1] if len(keys) > 1 else ""
    return None, keys[0] if keys else ""


def _check(text: str, content: Content) -> None:
    """Raises BoardError for faults that the types do not show: characters, times, and the fields that a kind needs."""
    for key in ("title", "description"):
        _printable(getattr(content, key), f"The {key}", line_of(text, None, key))
    try:
        ranges.parse(content.range, 86_400_000 * 20_000)
    except ranges.RangeError as error:
        raise BoardError(str(error), line_of(text, None, "range")) from None
    for place, panel in enumerate(content.panels):
        _check_panel(text, place, panel)


def _check_panel(text: str, place: int, panel: Panel) -> None:
    fields = {key: getattr(panel, key) for key in ("title", "data", "stream", "column", "by", "unit", "lat", "lon")}
    for key, value in fields.items():
        _printable(value, f"The {key} of panel {place + 1}", line_of(text, place, key))
    for key in MUST[panel.kind]:
        if not getattr(panel, key):
            raise BoardError(f"Panel {place + 1}, of the kind {panel.kind}, needs {key}.", line_of(text, place, ""))
    if panel.kind != "map" and panel.most > MOST_PLACES:
        raise BoardError(
            f"Panel {place + 1}: most is at most {MOST_PLACES}; only a map takes more.", line_of(text, place, "most")
        )
    if "\0" in panel.text + "".join(map("".join, [*panel.where, *panel.where.values()])):
        raise BoardError(f"Panel {place + 1} holds a NUL character.", line_of(text, place, ""))
    takes_column = panel.kind in ("number", "lines", "bars", "top")
    if takes_column and panel.function != "count" and not panel.column:
        says = f"Panel {place + 1} needs a column for its function {panel.function}."
        raise BoardError(says, line_of(text, place, "function"))
    try:
        milliseconds(panel.window)
    except ValueError as error:
        raise BoardError(f"Panel {place + 1}: {error}.", line_of(text, place, "window")) from None


def _printable(value: str, subject: str, line: int) -> None:
    if not value.isprintable():
        raise BoardError(f"{subject} holds a character that cannot be shown on one line.", line)


def line_of(text: str, panel: int | None, key: str) -> int:
    """Returns the line of a key of a panel, or of the board; that of the panel's head if the key has none; else 0."""
    head, place, quoted = 0, -1, False
    for number, line in enumerate(text.splitlines(), 1):
        started, quoted = quoted, quoted ^ (line.count('"""') + line.count("'''")) % 2 == 1
        if started:
            continue
        if re.match(r"\s*\[\[\s*panels\s*\]\]", line):
            place += 1
            head = number if place == panel else head
        if (
            place == (-1 if panel is None else panel)
            and key
            and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line)
        ):
            return number
    return head
