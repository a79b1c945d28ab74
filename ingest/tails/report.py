"""Tells which bytes of which file are in, which remain, and which are lost."""

import os
from collections.abc import Iterator, Mapping, Sequence

from common.text import counted, escaped
from ingest.tails import positions, tallies
from ingest.tails.finding import Finding
from ingest.tails.flows import Flow
from ingest.tails.folders import Folders
from ingest.tails.positions import FOLLOWED, Position
from ingest.tails.runner import MISSES, misses
from ingest.tails.tailer import TALLY
from ingest.tails.targets import Target
from streams.applications import Row
from streams.core import clock


class Told:
    """Is a runner that has nothing to put: it only tells."""

    def __init__(self, lines: Sequence[str], row: Row) -> None:
        self._lines = list(lines)
        self._row = row

    def step(self) -> bool:
        return False

    def finished(self) -> bool:
        return True

    def in_words(self) -> list[str]:
        return [escaped(line) for line in self._lines]

    def row(self) -> Row:
        return self._row


def report(flows: Sequence[tuple[Flow, Target | None]]) -> Told:
    """Returns the report of flows; a flow has no target if its stream does not exist yet."""
    rows = [_row(flow, target.marks(flow.prefix) if target else {}) for flow, target in flows]
    return Told([line for row in rows for line in _in_words(row)], {"flows": rows})


def _row(flow: Flow, marks: Mapping[str, str]) -> Row:
    known = positions.decoded(marks, flow.prefix)
    finding = Finding(flow.patterns, Folders())
    finding.search(0.0, anew=True)
    followed = {position.id for position in known.values() if position.state == FOLLOWED}
    files = [_file(position, finding) for _, position in sorted(known.items())]
    unread = [_unread(path, key) for key, path in finding.matched.items() if key not in followed]
    tally = tallies.decoded(marks.get(flow.prefix + TALLY))
    return {
        "flow": flow.name,
        "stream": flow.stream,
        "records": tally.records,
        "bytes": tally.size,
        **{name: getattr(tally, name) for name in MISSES},
        "sample": tally.sample,
        "lost": sum(position.lost for position in known.values()),
        "files": files + unread,
    }


def _file(position: Position, finding: Finding) -> Row:
    path = (position.state == FOLLOWED and finding.path_of(position.id, position.path)) or position.path
    size = _size(path, position.id) if position.state == FOLLOWED else None
    state = position.state
    if state == FOLLOWED and size is None:
        state = "not found"
    return {
        "path": path,
        "device": position.device,
        "inode": position.inode,
        "fingerprint": position.head,
        "state": state,
        "from": position.began,
        "to": position.offset,
        "remain": max(0, (position.size if size is None else size) - position.offset) if state != "gone" else 0,
        "lost": position.lost,
        "at": clock.to_iso(position.seen) if position.seen else None,
    }


def _unread(path: str, key: positions.Id) -> Row:
    size = _size(path, key) or 0
    return {"path": path, "device": key[0], "inode": key[1], "fingerprint": "", "state": "not read", "from": 0, "to": 0,
            "remain": size, "lost": 0, "at": None}  # fmt: skip


def _size(path: str, key: positions.Id) -> int | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_size if (found.st_dev, found.st_ino) == key else None


def _in_words(row: Row) -> Iterator[str]:
    lost = f", {row['lost']:,} bytes are lost" if row["lost"] else ""
    put = f"{counted(row['records'], 'record')} of {counted(row['bytes'], 'byte')}"
    yield f"{row['flow']} into {row['stream']}: {put} are in{lost}."
    for sentence in misses(row):
        yield f"  {sentence}"
    if row["sample"]:
        yield f"  The first line that could not be converted: {row['sample']!r}"
    for file in row["files"]:
        yield f"  {_of_file(file)}"


def _of_file(file: Row) -> str:
    name = f"inode {file['inode']} ({file['path']}"
    name += f", {file['fingerprint']})" if file["fingerprint"] else ")"
    read = f"bytes {file['from']:,}–{file['to']:,} of {name} are in"
    if file["to"] <= file["from"]:
        read = f"nothing of {name} is in"
    state = "" if file["state"] in (FOLLOWED, "not read") else f"; the file is {file['state']}"
    lost = f"; at least {file['lost']:,} bytes are lost" if file["lost"] else ""
    remain = f"; {file['remain']:,} bytes remain" if file["remain"] and not file["lost"] else ""
    return f"{read}{state}{lost}{remain}."
