"""Writes an application as the files of its folder.

The order of keys is fixed, so that two versions compare line by line.
"""

import json
from collections.abc import Iterator, Mapping

from sql.folder.application import APPLICATION_FILE, SCRIPT_FILE, Application, Output, Reference
from sql.folder.errors import FolderError
from sql.folder.reading import from_files
from sql.folder.switches import SWITCHES, Switches
from sql.schema.columns import Column, Schema

_ESCAPES = {0x7F: "\\u007f", **dict.fromkeys(range(0xD800, 0xE000), "\ufffd")}  # TOML has no lone surrogates


def to_files(application: Application) -> dict[str, bytes]:
    """Returns the content of the application's folder by the names of its files, in the order of the names.

    A file that already says the same keeps its text, with the comments in it.
    """
    written = {APPLICATION_FILE: to_toml(application).encode(), SCRIPT_FILE: application.script.encode()}
    files = {**application.files, **written}
    kept = {**written, **{name: application.files[name] for name in written if name in application.files}}
    if _says_the_same({**files, **kept}, application):
        files |= kept
    return {name: bytes(files[name]) for name in sorted(files)}


def _says_the_same(files: Mapping[str, bytes], application: Application) -> bool:
    try:
        return from_files(files, application.name) == application
    except FolderError:
        return False


def to_toml(application: Application) -> str:
    """Returns the application's file."""
    lines = [
        _line("name", application.name),
        *([_line("source", application.source)] if application.source else []),
        _line("input", application.input),
        *([_line("parallelism", application.parallelism)] if application.parallelism > 1 else []),
        *([_line("partition_key", application.partition_key)] if application.partition_key else []),
        *([_line("parallel", application.parallel)] if application.parallel else []),
        *["", "[schema]", *_schema(application.schema, "schema.")],
    ]
    for reference in application.references:
        lines += _reference(reference)
    for output in application.outputs:
        lines += _output(output)
    return "\n".join([*lines, *_switches(application.switches)]) + "\n"


def schema_to_toml(schema: Schema) -> str:
    """Returns a schema as a file of its own."""
    return "\n".join(_schema(schema, "")).lstrip("\n") + "\n"


def _schema(schema: Schema, prefix: str) -> Iterator[str]:
    yield _line("format", schema.format)
    if schema.format == "json" or schema.row_path != "$":
        yield _line("row_path", schema.row_path)
    if schema.format == "csv" or schema.row_delimiter != "\n" or schema.column_delimiter != ",":
        yield _line("row_delimiter", schema.row_delimiter)
        yield _line("column_delimiter", schema.column_delimiter)
    if schema.skip_header:
        yield _line("skip_header", schema.skip_header)
    for column in schema.columns:
        yield from ("", f"[[{prefix}columns]]", *_column(column))


def _column(column: Column) -> Iterator[str]:
    yield _line("name", column.name)
    yield _line("type", str(column.type))
    if column.mapping:
        yield _line("mapping", column.mapping)
    if column.not_null:
        yield _line("not_null", column.not_null)


def _reference(reference: Reference) -> Iterator[str]:
    yield from (
        "",
        "[[references]]",
        _line("table", reference.table),
        _line("file", reference.file),
        "",
        "[references.schema]",
    )
    yield from _schema(reference.schema, "references.schema.")


def _output(output: Output) -> Iterator[str]:
    yield from ("", "[[outputs]]", _line("stream", output.stream))
    for key, value in (("to", output.to), ("key", output.key)):
        if value:
            yield _line(key, value)
    yield _line("format", output.format)


def _switches(switches: Switches) -> Iterator[str]:
    """Gives the switches that are not as they are by default."""
    changed = {each.name: getattr(switches, each.name) for each in SWITCHES}
    changed = {each.name: changed[each.name] for each in SWITCHES if changed[each.name] != each.default}
    if changed:
        yield from ("", "[switches]", *(_line(name, value) for name, value in changed.items()))


def _line(key: str, value: str | int) -> str:
    """Returns `key = value`; TOML writes numbers and true as JSON does, and texts with the same escapes."""
    return f"{key} = {json.dumps(value, ensure_ascii=False).translate(_ESCAPES)}"
