"""Runs one question in a process that can read the files of its tables and nothing else.

It reads one JSON object, `request.Request`, from stdin, and prints JSON lines: the columns, a list for each row, and an
object that ends the answer. Of a question for a file it prints pieces (files.py), and then that object. The parent ends
the process when its time is over.

DuckDB opens only the paths that it was given, loads no extensions, and its settings are locked before the question is
run. A question is one SELECT: another statement could write into the files that may be read.
"""

import resource
import sys
from typing import Any

import duckdb
import msgspec

from archive.questions.request import LENGTH, Column, End, Request, Table

ADDRESSES = 4 << 30  # bytes of address space: DuckDB reserves more than it uses
PIECE = 1000  # rows
MOST_SAID = 2000  # characters of an error
OPTIONS = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "temp_directory": "",
    "errors_as_json": True,  # with the place of an error
}


class _Told(msgspec.Struct):
    """Holds the parts of DuckDB's errors that people are told."""

    exception_message: str
    position: str = ""  # bytes before the place of the error


_encode = msgspec.json.Encoder(enc_hook=str, decimal_format="number").encode


def main() -> None:
    """Answers the question of stdin on stdout."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    _bound(request)
    try:
        end = _answer(_opened(request), request)
    except duckdb.Error as error:
        end = _told(error, request.sql)
    except MemoryError:
        end = End(error="The question needs more memory than it may have.")
    if request.form != "rows":
        sys.stdout.buffer.write(LENGTH.pack(0))
    _say(end)


def _bound(request: Request) -> None:
    """Lets the kernel hold the bounds that DuckDB could break: no file may grow, and processor time ends."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    seconds = int(request.seconds * request.threads) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _opened(request: Request) -> duckdb.DuckDBPyConnection:
    """Returns a connection with a view for each table, which reads nothing else.

    A column that none of the files has is null, such as `_sub` in a stream of older files.
    """
    options: dict[str, Any] = OPTIONS | {"memory_limit": f"{request.megabytes}MB", "threads": request.threads}
    database = duckdb.connect(":memory:", config=options)
    paths = [path for table in request.tables for path in table.paths]
    database.execute(f"SET allowed_paths = {_list(paths)}")
    for table in request.tables:
        database.execute(f"CREATE VIEW {_name(table.name)} AS {_select(table)}")
        if nulls := _lacking(database, table):
            view = f"SELECT *, {nulls} FROM ({_select(table)})"  # noqa: S608 - quoted
            database.execute(f"CREATE OR REPLACE VIEW {_name(table.name)} AS {view}")
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    return database


def _lacking(database: duckdb.DuckDBPyConnection, table: Table) -> str:
    """Returns nulls for the columns of a table that its view has not."""
    asked = "SELECT column_name FROM duckdb_columns() WHERE table_name = ?"
    there = {name.casefold() for (name,) in database.execute(asked, [table.name]).fetchall()}
    lacking = [column for column in table.columns if column.name.casefold() not in there]
    return ", ".join(f"NULL::{column.kind} AS {_name(column.name)}" for column in lacking)


def _select(table: Table) -> str:
    if not table.paths:
        nulls = ", ".join(f"NULL::{column.kind} AS {_name(column.name)}" for column in table.columns)
        return f"SELECT {nulls} WHERE false"
    paths = _list(table.paths)
    return f"SELECT * FROM read_parquet({paths}, union_by_name = true, hive_partitioning = false)"  # noqa: S608 - quoted


def _answer(database: duckdb.DuckDBPyConnection, request: Request) -> End:
    statements = database.extract_statements(request.sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        return End(error="A question is one SELECT. Nothing else is run here.")
    found = database.execute(statements[0])
    if request.form != "rows":
        from archive.questions import files  # noqa: PLC0415 - PyArrow takes longer to import than most answers

        return files.write(found, request)
    _say([Column(name, str(kind)) for name, kind, *_ in found.description or ()])
    left, size = request.rows, request.answer
    while rows := found.fetchmany(min(PIECE, left + 1)):
        for row in rows:
            line = _encode([f"{value.hex()}" if isinstance(value, bytes) else value for value in row])
            size -= len(line)
            if left == 0 or size < 0:
                return End(cut=True)
            sys.stdout.buffer.write(line + b"\n")
            left -= 1
    return End()


def _told(error: duckdb.Error, sql: str) -> End:
    """Returns an error without the kind that DuckDB writes before it, with the place that it belongs to."""
    text = str(error)
    try:
        told = msgspec.json.decode(text[text.index("{") :], type=_Told)
    except (ValueError, msgspec.ValidationError):
        return End(error=text.strip()[:MOST_SAID])
    said = told.exception_message.strip()[:MOST_SAID]
    if not told.position.isdigit():
        return End(error=said)
    before = sql.encode()[: int(told.position)].decode(errors="replace").split("\n")
    return End(error=said, line=len(before), column=len(before[-1]) + 1)


def _say(value: Any) -> None:
    sys.stdout.buffer.write(_encode(value) + b"\n")
    sys.stdout.buffer.flush()


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _list(texts: list[str]) -> str:
    return "[" + ", ".join("'" + text.replace("'", "''") + "'" for text in texts) + "]"


if __name__ == "__main__":
    main()
