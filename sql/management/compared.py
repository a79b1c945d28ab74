"""The verb `manage.py sql diff`: what differs between two versions, or between two folders."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from common.text import counted
from sql.errors import ScriptError
from sql.folder import Application, FolderError, from_files
from sql.live import deploying, files
from sql.live.comparing import version
from sql.live.deployed import compiled
from sql.live.models import SqlVersion
from sql.offline import comparing
from sql.offline.differences import Side, differences
from sql.offline.loading import load
from sql.offline.records import Sample, read
from sql.program import compile_application
from sql.rendering import encode
from streams import wiring
from streams.core import clock
from streams.core.records import StreamError
from streams.management.options import MOST_MINUTES, up_to
from streams.management.plain import UsageError

SECONDS = 60.0  # for which rows are computed, unless --seconds says otherwise
SECONDS_MOST = 3600


class Pair(NamedTuple):
    """Holds the two sides; `stream` is the name of the applications' stream, "" for two folders."""

    before: Side
    after: Side
    applications: tuple[Application, Application]
    stream: str


def add(subparsers: Any) -> None:
    """Adds the verb."""
    verb = subparsers.add_parser("diff", help="what differs between two versions: text, plan, kept state, and rows")
    verb.add_argument("what", metavar="NAME|FOLDER", help="a deployed application, or a folder")
    verb.add_argument("before", metavar="A|FOLDER", help="the number of a version; or the other folder")
    verb.add_argument("after", type=int, nargs="?", metavar="B", help="the number of another version")
    verb.add_argument("--input", type=Path, metavar="FILE", help="compare the rows for the records of a file")
    verb.add_argument("--arrived", default="", metavar="FIELD", help="the field of a record that dates its arrival")
    verb.add_argument("--minutes", type=up_to(MOST_MINUTES), metavar="N", help="of the stream, up to its newest record")
    verb.add_argument("--seconds", type=up_to(SECONDS_MOST), default=SECONDS, metavar="N", help="to compute rows for")
    verb.add_argument("--json", action="store_true", help="one JSON object a line, with all rows that differ")
    verb.add_argument("--no-rows", action="store_true", help="compare no rows")
    verb.set_defaults(action=diff)


def diff(command: Any, what: str, before: str, after: int | None, **options: Any) -> None:
    """Prints the differences of files, plan and state, and then those of the rows."""
    pair = _folders(Path(what), Path(before)) if after is None else _versions(what, before, after)
    as_json = options["json"]
    if pair.before.files == pair.after.files:
        if not as_json:
            command.stdout.write(f"{_upper(pair.before.label)} and {pair.after.label} have the same files.")
        return
    for line in differences(pair.before, pair.after):
        command.stdout.write(encode({"difference": line}).decode() if as_json else line)
    if not options["no_rows"]:
        _rows(command, pair, options)


def _folders(before: Path, after: Path) -> Pair:
    for folder in (before, after):
        if not folder.is_dir():
            raise UsageError(f"{folder} is no folder. For two versions write: sql diff NAME A B")
    applications = load(before), load(after)
    sides = []
    for folder, application in zip((before, after), applications, strict=True):
        with _named(str(folder)):
            sides.append(Side(str(folder), application.files, compile_application(application)))
    return Pair(sides[0], sides[1], applications, "")


def _versions(name: str, before: str, after: int) -> Pair:
    if not before.isdecimal():
        raise UsageError(f"{before!r} is not the number of a version.")
    application = deploying.existing(name)
    sides = [_side(version(application, number)) for number in (int(before), after)]
    applications = from_files(sides[0].files, name), from_files(sides[1].files, name)
    return Pair(sides[0], sides[1], applications, application.stream)


def _side(found: SqlVersion) -> Side:
    """Returns a version as a side. Raises FolderError for one that no longer compiles."""
    content, label = files.load(found), f"version {found.number}"
    with _named(label):
        return Side(label, content, compiled(found.application.name, content, found.digest).program)


@contextmanager
def _named(label: str) -> Iterator[None]:
    """Turns the problems of a script into one sentence that names its side. Raises FolderError."""
    try:
        yield
    except ScriptError as error:
        raise FolderError(f"The script of {label} cannot run: {error.problems[0]}") from None


def _rows(command: Any, pair: Pair, options: dict[str, Any]) -> None:
    """Prints which records both versions computed, and the rows that only one of them gave."""
    as_json = options["json"]
    samples, missing = _samples(pair.stream, options)
    if not samples:
        if not as_json:
            command.stdout.write(f"Rows: {missing}")
        return
    end = time.monotonic() + options["seconds"]
    found = comparing.compare(*pair.applications, samples, lambda: time.monotonic() < end)
    labels = pair.before.label, pair.after.label
    objects = [_slice(samples, found), *comparing.objects(found, *labels)] if as_json else []
    lines = [] if as_json else [_sentence(samples, found), *comparing.comparison_lines(found, *labels)]
    for line in (*(encode(each).decode() for each in objects), *lines):
        command.stdout.write(line)


def _slice(samples: list[Sample], found: comparing.Comparison) -> dict[str, Any]:
    first, last = comparing.slice_of(samples)
    return {"records": len(samples), "computed": found.records, "from": first, "to": last, "cut": found.cut}


def _sentence(samples: list[Sample], found: comparing.Comparison) -> str:
    ended = f", of which only {found.records:,} were computed, since {found.cut}" if found.cut else ""
    return f"Rows over {counted(len(samples), 'record')}, from {' to '.join(comparing.slice_of(samples))}{ended}:"


def _samples(stream: str, options: dict[str, Any]) -> tuple[list[Sample], str]:
    """Returns the first records of the file, or the newest of the stream, at most RECORDS_MOST and BYTES_MOST.

    Returns a sentence too, for the case that there are none.
    """
    if options["input"]:
        return comparing.bounded(read(options["input"], options["arrived"])), "the file holds no record."
    if not stream:
        return [], "not compared; --input FILE says for which records."
    try:
        records = wiring.newest_records(stream, comparing.RECORDS_MOST, comparing.BYTES_MOST)
    except StreamError as error:
        return [], str(error)
    minutes = options["minutes"]
    since = records[0][0] - minutes * clock.MINUTE if records and minutes else 0
    samples = [Sample(record[0], record[3], record[4]) for record in reversed(records) if record[0] >= since]
    return samples, f"not compared; the stream {stream} holds no record."


def _upper(label: str) -> str:
    return label[:1].upper() + label[1:]
