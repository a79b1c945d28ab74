"""Opens the source of lines, from a file or standard input, for `manage.py produce lines`."""

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from common.text import quoted
from ingest.files.bad_lines import BadLines
from ingest.files.forms import Form, JsonLines, TextLines
from ingest.files.guessing import decimal_comma, delimiter_of, excel_delimiter, guess, refuse_spread_json
from ingest.files.keys import FieldKeys, RandomKeys, parse_path
from ingest.files.opening import keeps_newlines, open_blocks, open_followed
from ingest.files.rows import Rows, Table, read_header
from ingest.files.splitting import Lines
from streams.core.records import Entry
from streams.sources.base import SourceError

LOOKED_AT = 1 << 14  # lines that one call reads at most, where most lines are bad: a signal does not wait long
ENOUGH = 8 << 20  # bytes of records in one put
OF_CSV = ("columns", "delimiter", "decimal_comma", "text")
TITLES = {"json": "JSON lines", "csv": "CSV", "text": "plain text"}


class LineSource:
    """Makes records of the lines of a file."""

    def __init__(self, lines: Lines, form: Form, bad: BadLines) -> None:
        self._lines = lines
        self._form = form
        self._bad = bad
        self._ready: list[Entry] = []  # more than the last call might return
        self._ended = False

    @property
    def skipped(self) -> int:
        return self._bad.total

    def ended(self) -> bool:
        return self._ended

    def accept(self, most: int) -> None:
        self._form.most = most

    def notes(self) -> list[str]:
        return self._bad.notes()

    def end(self) -> list[str]:
        self._lines.close()
        return [*self._bad.notes(), *self._bad.sum_up()]

    def take(self, limit: int) -> list[Entry]:
        entries, looked_at, size = self._ready, 0, 0
        try:
            while len(entries) < limit and looked_at < max(LOOKED_AT, limit) and size < ENOUGH:
                first, lines = self._lines.take(min(limit - len(entries), self._form.at_once))
                if not lines:
                    break
                found = self._form.entries(first, lines)
                entries += found
                looked_at += len(lines)
                size += sum(len(data) for _, data in found)
        except SourceError as error:
            entries += self._form.rest()
            if not entries:
                raise _named(error, self._bad.name) from None
        if self._lines.over and not self._lines.ahead():
            entries += self._form.rest()
            self._ended = len(entries) <= limit
        self._ready = entries[limit:]
        return entries[:limit]


def open_source(options: Mapping[str, Any], rng: Random, start: int) -> LineSource:
    """Returns the lines of --file or of standard input. Raises SourceError for those that it cannot read so."""
    name = options["file"] or "-"
    if options["file"] is None and (sys.stdin is None or sys.stdin.isatty()):
        raise SourceError("Name a file with --file PATH, or send lines through a pipe.")
    if name == "-" and options["follow"]:
        raise SourceError("--follow is for a file; standard input is read until it closes in any case.")
    bad = BadLines("standard input" if name == "-" else name)
    path = None if name == "-" else Path(name)
    try:
        followed = open_followed(path, bad, options["encoding"]) if path and options["follow"] else None
        lines = Lines(followed or open_blocks(path, options["encoding"]), bad)
        try:
            form = _form(Opened(str(path or ""), lines, options, RandomKeys(rng), bad))
        except SourceError:
            lines.close()
            raise
    except SourceError as error:
        raise _named(error, bad.name) from None
    if followed:
        followed.restart = partial(_start_again, lines, form)
    return LineSource(lines, form, bad)


def _named(error: SourceError, name: str) -> SourceError:
    """Returns the error with the file's name before it, if it is the rest of a sentence."""
    return SourceError(f"{name} {error}") if str(error)[0].islower() else error


def _start_again(lines: Lines, form: Form) -> int:
    form.start_again()
    return lines.start_again()


class Opened(NamedTuple):
    """Holds an open file of a form that is not known yet."""

    name: str
    lines: Lines
    options: Mapping[str, Any]
    keys: RandomKeys
    bad: BadLines

    @property
    def encoding(self) -> str | None:
        """Returns the encoding of the lines; None for UTF-8, in which lines of wide characters were rewritten."""
        encoding: str | None = self.options["encoding"]
        return encoding if keeps_newlines(encoding) else None


def _form(opened: Opened) -> Form:
    """Returns the form of a file, and tells the decisions that the person left open."""
    options = opened.options
    if not opened.lines.ahead() and opened.lines.over:
        opened.bad.say("is empty.")
        return _text(opened)
    name, by = options["format"], ""
    if name is None:
        name, by = guess(opened.name, opened.lines.ahead())
        opened.bad.say(f"is read as {TITLES[name]}, judged {by}; --format names another.")
    if name != "csv" and (wrong := [option for option in OF_CSV if options[option]]):
        raise SourceError(f"--{wrong[0].replace('_', '-')} is for CSV, and this is {TITLES[name]} (--format).")
    if name == "text" and options["key"] is not None:
        raise SourceError("Plain text has no fields for --key; leave it out, and the keys are random.")
    form = FORMS[name](opened)
    if name != "text" and options["key"] is None and not options["random_key"]:
        opened.bad.say("has records with random partition keys; --key FIELD takes them from a field.")
    return form


def _json(opened: Opened) -> Form:
    refuse_spread_json(opened.lines.ahead())
    key = opened.options["key"]
    return JsonLines(opened.bad, opened.encoding, opened.keys if key is None else FieldKeys(parse_path(key)))


def _text(opened: Opened) -> Form:
    return TextLines(opened.bad, opened.encoding, opened.keys)


def _csv(opened: Opened) -> Form:
    options, ahead = opened.options, opened.lines.ahead()
    names, key = options["columns"], options["key"]
    if delimiter := excel_delimiter(ahead):
        opened.lines.take(1)
        ahead = ahead[1:]
    first = next(filter(bytes.strip, ahead), b"").decode(errors="replace")
    delimiter = options["delimiter"] or delimiter or delimiter_of(first)
    if names is None:
        names, taken = read_header(ahead, delimiter, opened.encoding)
        opened.lines.take(taken)
        ahead = ahead[taken:]
    if key is not None and key not in names:
        says = f"has no column {quoted(key)} for --key; there are: {', '.join(map(quoted, names))}."
        other = delimiter_of(first)
        wrong = f" The first line looks parted by {quoted(other)}, not by {quoted(delimiter)}."
        raise SourceError(f"{says}{wrong if len(names) == 1 and other != delimiter else ''}")
    if not (options["decimal_comma"] or options["text"]) and (cell := decimal_comma(ahead, delimiter)):
        opened.bad.say(f"has cells such as {quoted(cell)}, which stay text; --decimal-comma makes them numbers.")
    table = Table(names, delimiter, options["decimal_comma"], options["text"])
    return Rows(opened.bad, opened.encoding, table, key, opened.keys)


FORMS: dict[str, Callable[[Opened], Form]] = {"json": _json, "csv": _csv, "text": _text}
