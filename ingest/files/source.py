"""Opens the source of lines, from a file or standard input, for `manage.py produce lines`."""

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from common.text import quoted
from ingest.files import guessing
from ingest.files.bad_lines import BadLines
from ingest.files.forms import Form, JsonLines, TextLines
from ingest.files.guessing import Guess, delimiter_of, refuse_spread_json
from ingest.files.keys import FieldKeys, RandomKeys, parse_path
from ingest.files.opening import Followed, keeps_newlines, open_blocks, open_followed
from ingest.files.options import add_options
from ingest.files.rows import Rows, Table, read_header
from ingest.files.splitting import Lines
from streams.applications import SourceKind
from streams.core.records import Entry
from streams.sources.base import SourceError

LOOKED_AT = 16  # lines that one call reads for each record it may return, where most lines are bad
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
            while len(entries) < limit and looked_at < LOOKED_AT * limit and size < ENOUGH:
                first, lines = self._lines.take(limit - len(entries))
                if not lines:
                    break
                entries += self._form.entries(first, lines)
                looked_at += len(lines)
                size += sum(map(len, lines))
        except SourceError as error:
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
    if options["file"] is None and sys.stdin.isatty():
        raise SourceError("Name a file with --file PATH, or send lines through a pipe.")
    if name == "-" and options["follow"]:
        raise SourceError("--follow is for a file; standard input is read until it closes in any case.")
    bad = BadLines("standard input" if name == "-" else name)
    try:
        return _opened(None if name == "-" else Path(name), options, RandomKeys(rng), bad)
    except SourceError as error:
        raise _named(error, bad.name) from None


def _named(error: SourceError, name: str) -> SourceError:
    """Returns the error with the file's name before it, if it is the rest of a sentence."""
    return SourceError(f"{name} {error}") if str(error)[0].islower() else error


def _opened(path: Path | None, options: Mapping[str, Any], keys: RandomKeys, bad: BadLines) -> LineSource:
    encoding = options["encoding"]
    followed = open_followed(path, bad, encoding) if path and options["follow"] else None
    lines = Lines(followed or open_blocks(path, encoding), bad)
    try:
        return _source(lines, path, options, keys, bad, followed)
    except SourceError:
        lines.close()
        raise


def _source(
    lines: Lines,
    path: Path | None,
    options: Mapping[str, Any],
    keys: RandomKeys,
    bad: BadLines,
    followed: Followed | None,
) -> LineSource:
    encoding = options["encoding"]
    if not keeps_newlines(encoding):
        encoding = None  # the lines were rewritten as UTF-8
    guess = Guess(options["format"], "")
    if not guess.format:
        guess = guessing.guess(str(path or ""), lines.ahead())
    _refuse_options(guess.format, options)
    form = FORMS[guess.format](lines, encoding, options, keys, bad)
    if followed:
        followed.restart = partial(_start_again, lines, form)
    _say(guess, options, bad)
    return LineSource(lines, form, bad)


def _start_again(lines: Lines, form: Form) -> int:
    form.start_again()
    return lines.start_again()


def _refuse_options(form: str, options: Mapping[str, Any]) -> None:
    if form != "csv" and (wrong := [name for name in OF_CSV if options[name]]):
        raise SourceError(f"--{wrong[0].replace('_', '-')} is for CSV, and this is {TITLES[form]} (--format).")
    if form == "text" and options["key"] is not None:
        raise SourceError("Plain text has no fields for --key; leave it out, and the keys are random.")


def _json(lines: Lines, encoding: str | None, options: Mapping[str, Any], keys: RandomKeys, bad: BadLines) -> JsonLines:
    refuse_spread_json(lines.ahead())
    key = options["key"]
    return JsonLines(bad, encoding, keys if key is None else FieldKeys(parse_path(key)))


def _text(lines: Lines, encoding: str | None, options: Mapping[str, Any], keys: RandomKeys, bad: BadLines) -> TextLines:
    return TextLines(bad, encoding, keys)


def _csv(lines: Lines, encoding: str | None, options: Mapping[str, Any], keys: RandomKeys, bad: BadLines) -> Rows:
    names, delimiter, key = options["columns"], options["delimiter"], options["key"]
    ahead = lines.ahead()
    delimiter = delimiter or delimiter_of(next(filter(bytes.strip, ahead), b"").decode(errors="replace"))
    if names is None:
        names, taken = read_header(ahead, delimiter, encoding)
        lines.take(taken)
    if key is not None and key not in names:
        raise SourceError(f"has no column {quoted(key)} for --key; there are: {', '.join(map(quoted, names))}.")
    return Rows(bad, encoding, Table(names, delimiter, options["decimal_comma"], options["text"]), key, keys)


def _say(guess: Guess, options: Mapping[str, Any], bad: BadLines) -> None:
    """Tells what was decided for the person, and how to decide otherwise."""
    if guess.by:
        bad.say(f"is read as {TITLES[guess.format]}, judged {guess.by}; --format says otherwise.")
    if guess.format != "text" and options["key"] is None and not options["random_key"]:
        bad.say("has records with random partition keys; --key FIELD takes them from a field.")


FORMS = {"json": _json, "csv": _csv, "text": _text}
SOURCE = SourceKind(
    name="lines",
    help="lines of a file or of standard input: JSON lines, CSV or plain text, packed or not",
    open=open_source,
    add_options=add_options,
    names_stream=False,
    rate=0,
)
