"""Defines an application in the dialect as plain data: the content of its folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sql.folder.switches import Switches
from sql.schema.columns import Schema

INPUT = "SOURCE_SQL_STREAM_001"
APPLICATION_FILE = "application.toml"
SCRIPT_FILE = "application.sql"
_FIRST = "_001"  # the end of the name of the first of several input streams


@dataclass(frozen=True, slots=True)
class Reference:
    """Describes a table of reference data: its name, the file of the folder that holds its rows, and their schema."""

    table: str
    file: str
    schema: Schema


@dataclass(frozen=True, slots=True)
class Output:
    """Describes where the rows of an in-application stream go besides its table and page.

    `to` is the name of a stream of Millrace, "" for none. `key` is the column that becomes the partition key, "" for
    the first column by which the rows are grouped. `format` is json or csv.
    """

    stream: str
    to: str = ""
    key: str = ""
    format: str = "json"


@dataclass(frozen=True, slots=True)
class Application:
    """Describes an application.

    `source` is the name of a stream of Millrace, `input` the name under which the script reads it, `parallelism` the
    number of such names. `partition_key` is the column that equals the records' partition key, None if there is none;
    `parallel` asks for a lease per shard. `files` has the content of the folder's files by their names.
    """

    name: str
    script: str
    schema: Schema
    source: str = ""
    input: str = INPUT
    parallelism: int = 1
    partition_key: str | None = None
    parallel: bool = False
    references: tuple[Reference, ...] = ()
    outputs: tuple[Output, ...] = ()
    switches: Switches = field(default_factory=Switches)
    files: Mapping[str, bytes] = field(default_factory=dict, compare=False, repr=False)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Returns the names of the input streams: that of the first, and those numbered after it."""
        prefix = self.input.removesuffix(_FIRST)
        return (self.input, *(f"{prefix}_{number:03}" for number in range(2, self.parallelism + 1)))
