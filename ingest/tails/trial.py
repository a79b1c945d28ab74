"""Tries a configuration without a put: `manage.py produce tail --check`."""

import os
from collections.abc import Iterator
from typing import NamedTuple

from common.text import counted
from ingest.tails import copies, files
from ingest.tails.cutting import State, cut
from ingest.tails.files import ChangedError
from ingest.tails.flows import Config, Flow
from ingest.tails.folders import Entry, Folders
from ingest.tails.positions import Position
from ingest.tails.report import Told
from ingest.tails.tallies import Tally
from ingest.tails.tracking import MOST_FILES
from streams.applications import Row
from streams.core.records import Entry as Record

SHOWN = 200  # characters of a record
NEWEST = 20  # files in which a first record is looked for


class _Tried(NamedTuple):
    """Holds the first record of a flow, and the counts of its conversion."""

    record: Record | None
    path: str
    tally: Tally


def check(config: Config) -> Told:
    """Returns a runner that tells which files and which first record each flow would read."""
    rows = [_row(flow) for flow in config.flows]
    lines = [*config.not_taken, *(line for row in rows for line in _in_words(row))]
    return Told(lines, {"flows": rows, "not_taken": list(config.not_taken)})


def _row(flow: Flow) -> Row:
    folders = Folders()
    found = list({entry.id: entry for pattern in flow.patterns for entry in folders.find(pattern)}.values())
    tried = _first_record(flow, found)
    record = tried.record
    return {
        "flow": flow.name,
        "stream": flow.stream,
        "from": "end" if flow.from_end else "start",
        "files": len(found),
        "bytes": sum(_size(entry.path) for entry in found),
        "over": max(0, len(found) - MOST_FILES),
        "compressed": folders.packed(),
        "unreadable": dict(folders.unreadable),
        "first": record and {"path": tried.path, "key": record[0], "data": record[1].decode(errors="replace")},
        "unmatched": tried.tally.unmatched,
        "keyless": tried.tally.keyless,
        "sample": tried.tally.sample,
    }


def _first_record(flow: Flow, found: list[Entry]) -> _Tried:
    """Returns the first record of the newest file that has one."""
    tally = Tally()
    for entry in sorted(found, key=lambda each: -copies.changed(each.path))[:NEWEST]:
        try:
            descriptor = os.open(entry.path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            piece = files.read(descriptor, Position(entry.path, *entry.id))
        except (ChangedError, OSError):
            continue
        finally:
            os.close(descriptor)
        records = [each for each in cut(piece.data, State(flow.headers), flow.rules, final=True).records if each]
        for start in range(0, len(records), 100):
            datas = records[start : start + 100]
            for convert in flow.converts:
                datas = convert(datas, tally)
            if datas:
                data = datas[0] + b"\n" * (flow.newline and bool(flow.converts))
                return _Tried((flow.key([data], entry.path, tally)[0], data), entry.path, tally)
    return _Tried(None, "", tally)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _in_words(row: Row) -> Iterator[str]:
    files = f"{counted(row['files'], 'file')} of {counted(row['bytes'], 'byte')}"
    yield f"{row['flow']} into {row['stream']}: {files}, from the {row['from']}."
    if row["over"]:
        yield f"  Of these, the {MOST_FILES:,} that changed last are followed."
    if row["compressed"]:
        yield f"  {counted(row['compressed'], 'compressed file')} in these folders left out."
    for folder, why in row["unreadable"].items():
        yield f"  The folder {folder} cannot be read in full: {why}."
    if row["unmatched"]:
        yield f"  {counted(row['unmatched'], 'line')} could not be converted; the first: {row['sample']!r}"
    if row["keyless"]:
        yield "  The first record has no partition key where it is looked for; it gets one by its content."
    if first := row["first"]:
        data = first["data"] if len(first["data"]) <= SHOWN else first["data"][:SHOWN] + "…"
        yield f"  The first record of {first['path']}: key {first['key']!r}, data {data!r}"
    else:
        yield "  No file has a record yet."
