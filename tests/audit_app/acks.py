"""Writes a line for each record of a producer once its put has returned. The variable ACKS names the file."""

import os
import re
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings

from applications.market.generator import Trades
from streams.backends.embedded.limits import LimitedStream
from streams.backends.embedded.stream import EmbeddedStream
from streams.backends.embedded.url import parse_embedded
from streams.core.records import Entry

IDS = 10**7  # of one producer; the number of its file says which ids they are
BROKEN = 500  # one trade in so many cannot be read


class MarkedTrades(Trades):
    """Makes trades with ids that no other producer uses. Some trades are cut off behind their ids."""

    def __init__(self, rng: Random) -> None:
        super().__init__(rng)
        self._id = IDS * int(Path(os.environ["ACKS"]).stem)

    def take(self, limit: int) -> list[Entry]:
        return [(key, data if id_of(data) % BROKEN else data[:-1]) for key, data in super().take(limit)]


def id_of(data: bytes) -> int:
    """Returns the id of a trade, which may be cut off."""
    [found] = re.findall(rb'"id":(\d+)', data)
    return int(found)


class Acknowledged(EmbeddedStream):
    """Writes a line for each put at once, so that every written line was acknowledged before any kill."""

    def put(self, entries: Sequence[Entry]) -> None:
        super().put(entries)
        file = Path(os.environ["ACKS"])
        if fatal(file).exists():
            os.kill(os.getpid(), signal.SIGKILL)
        with file.open("a", buffering=1) as lines:
            for _, data in entries:
                lines.write(f"{id_of(data)}\n")


class AcknowledgedAndLimited(Acknowledged, LimitedStream):
    """Refuses records now and then, as STREAM_URL says."""


def fatal(file: Path) -> Path:
    """Returns a path. Once a file is there, the producer dies in its next put, which is not acknowledged."""
    return file.with_suffix(".fatal")


def open_source(options: Mapping[str, Any], rng: Random, start: int) -> Trades:
    return MarkedTrades(rng)


def open_stream(name: str) -> EmbeddedStream:
    path, limited, faults, seed = parse_embedded(settings.STREAM_URL)
    if seed is None:
        return Acknowledged(path, name)
    return AcknowledgedAndLimited(path, name, limited=limited, faults=faults, chance=Random(seed))


def read(path: Path) -> list[int]:
    """Returns the ids in a file; a last line that a kill has cut short does not count."""
    text = path.read_text() if path.exists() else ""
    return [int(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
