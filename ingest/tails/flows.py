"""Describes a configuration: which files are read, how they are cut and converted, and where their records go."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from ingest.tails.cutting import Rules
from ingest.tails.keys import Key
from ingest.tails.tallies import Tally

PLAIN = Rules()
# Takes records and returns those that are put; it counts the others in the tally.
Convert = Callable[[list[bytes], Tally], list[bytes]]


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Describes one flow of records, from files to a stream."""

    name: str  # that of the file patterns unless the configuration gives another
    patterns: tuple[str, ...]
    stream: str
    key: Key
    from_end: bool = False  # whether the first run leaves out the lines that are there already
    headers: int = 0
    rules: Rules = PLAIN
    converts: tuple[Convert, ...] = ()
    newline: bool = False  # whether each record ends with a newline, as Kinesis Agent's do

    @property
    def prefix(self) -> str:
        """Returns the beginning of the names of this flow's marks."""
        return f"tail/{blake2b(self.name.encode(), digest_size=8).hexdigest()}/"


@dataclass(frozen=True, kw_only=True)
class Config:
    """Holds the flows of a configuration file."""

    path: Path
    flows: tuple[Flow, ...]
    not_taken: tuple[str, ...] = field(default=())  # a sentence each
