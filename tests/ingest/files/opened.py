"""Lines that are read from a file, as `produce lines` reads them."""

from argparse import ArgumentParser
from pathlib import Path
from random import Random

from ingest.files.options import add_options
from ingest.files.source import LineSource, open_source
from streams.core.records import Entry


def opened(path: Path, *words: str) -> LineSource:
    """Opens the lines of a file with options as a person types them."""
    parser = ArgumentParser()
    add_options(parser)
    return open_source(vars(parser.parse_args(["--file", str(path), *words])), Random(1), 0)


def all_of(source: LineSource, limit: int = 4096) -> list[Entry]:
    """Takes all records of a source, `limit` at a time."""
    found: list[Entry] = []
    while not source.ended():
        taken = source.take(limit)
        assert len(taken) <= limit
        found += taken
    return found


def read(path: Path, *words: str, data: bytes | None = None) -> tuple[list[Entry], list[str]]:
    """Returns the records of a file, which first gets the data if any are given, and its notes."""
    if data is not None:
        path.write_bytes(data)
    source = opened(path, *words)
    return all_of(source), [note.replace(str(path), "FILE") for note in source.notes() + source.end()]
