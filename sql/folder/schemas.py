"""Reads a schema from TOML: a file of its own, or the tables of an application's file."""

from sql.folder.errors import FolderError
from sql.folder.keys import Table, parsed
from sql.schema.columns import COLUMNS_MOST, DELIMITER_MOST, FORMATS, MAPPING_MOST, NAME_MOST, Column, Schema
from sql.schema.faults import SchemaError
from sql.schema.paths import check
from sql.schema.type_names import TypeNameError, read_type

SCHEMA_KEYS = ("format", "row_path", "row_delimiter", "column_delimiter", "skip_header", "columns")
_COLUMN_KEYS = ("name", "type", "mapping", "not_null")
_TYPE_MOST = 100  # characters, the service's bound


def read_schema(text: str, file: str = "schema.toml") -> Schema:
    """Returns the schema that a TOML text describes. Raises FolderError."""
    table = parsed(text.encode(errors="replace"), file)
    if "schema" in table.values and "columns" not in table.values:
        return schema_under(table, "schema")
    return schema_of(table)


def schema_under(table: Table, key: str) -> Schema:
    """Returns the schema in a table's inner table; an array of tables is taken as the columns alone."""
    if isinstance(table.values.get(key), list):
        return schema_of(Table({"columns": table.values[key]}, f"{table.place}, [[{key}]]"))
    return schema_of(table.table(key))


def schema_of(table: Table) -> Schema:
    """Returns the schema that a table holds. Raises FolderError."""
    table.refuse_unknown(SCHEMA_KEYS)
    columns = tuple(_column(each) for each in table.tables("columns", COLUMNS_MOST))
    if not columns:
        raise table.fault("columns", "is missing: a schema has at least one [[columns]] table")
    _refuse_twice(columns, table)
    schema = Schema(
        columns,
        table.word("format", FORMATS),
        table.text("row_path", "$", MAPPING_MOST),
        _delimiter(table, "row_delimiter", "\n"),
        _delimiter(table, "column_delimiter", ","),
        table.flag("skip_header"),
    )
    try:
        check(schema)
    except SchemaError as error:
        raise FolderError(f"{table.place}: {error}") from None
    return schema


def _delimiter(table: Table, key: str, default: str) -> str:
    value = table.text(key, default, DELIMITER_MOST)
    if not value:
        raise table.fault(key, "is empty")
    return value


def _column(table: Table) -> Column:
    table.refuse_unknown(_COLUMN_KEYS)
    name = table.text("name", most=NAME_MOST)
    if not name.isprintable():
        raise table.fault("name", "has characters that cannot be printed")
    try:
        kind = read_type(table.text("type", most=_TYPE_MOST))
    except TypeNameError as error:
        raise FolderError(f"{table.place}: 'type' of {name!r}: {error}") from None
    return Column(name, kind, table.text("mapping", "", MAPPING_MOST), table.flag("not_null"))


def _refuse_twice(columns: tuple[Column, ...], table: Table) -> None:
    seen: set[str] = set()
    for column in columns:
        if column.name in seen:
            raise table.fault("columns", f"has the name {column.name!r} twice")
        seen.add(column.name)
