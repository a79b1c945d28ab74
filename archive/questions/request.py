"""Defines the messages between a question's process and its parent."""

import struct
from typing import Literal

import msgspec

LENGTH = struct.Struct(">I")  # stands before each piece of a file; 0 ends the pieces
Form = Literal["rows", "csv", "parquet"]  # JSON lines, or pieces of a file


class Column(msgspec.Struct):
    """Describes a column of a table or of the answer; `kind` is DuckDB's type."""

    name: str
    kind: str


class Table(msgspec.Struct):
    """Names a table and the paths of its Parquet files. One without files has the columns and no rows."""

    name: str
    paths: list[str]
    size: int = 0  # bytes of the files, which the parent tells people
    columns: list[Column] = []


class Request(msgspec.Struct):
    """Holds a question, its tables, and its bounds."""

    sql: str
    tables: list[Table]
    seconds: float
    megabytes: int  # of memory
    threads: int
    rows: int  # of the answer
    answer: int  # bytes of the answer
    form: Form = "rows"


class End(msgspec.Struct):
    """Ends an answer: it was cut at a bound, or has an error, in words."""

    cut: bool = False
    error: str = ""
    line: int = 0  # of the question, from 1, to which the error belongs; 0 if the error has no line
    column: int = 0  # of that line, likewise
    rows: int = 0  # of a file
