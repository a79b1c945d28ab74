"""Reads the service's schemas of inputs and of reference data."""

import re
from dataclasses import dataclass

from sql.folder import Column, Schema
from sql.importing.nodes import Finding, Node, text_of
from sql.schema.columns import COLUMNS_MOST, NAME_MOST
from sql.schema.faults import SchemaError
from sql.schema.paths import check, read_path
from sql.schema.type_names import TypeNameError, read_type
from sql.types import VARCHAR, Type

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "b": "\b", "0": "\0"}


@dataclass(slots=True)
class Findings:
    """Collects findings."""

    all: list[Finding]

    def take(self, node: Node, sentence: str) -> None:
        """Adds a finding about something that was taken."""
        self.all.append(Finding(node.place, sentence, taken=True))

    def refuse(self, node: Node, sentence: str) -> None:
        """Adds a finding about something that cannot be taken."""
        self.all.append(Finding(node.place, sentence, taken=False))


def read_schema(node: Node, found: Findings) -> Schema:
    """Returns a schema; columns that cannot be taken as they are get a finding."""
    form = node.get("recordformat") or Node({}, node.place)
    parameters = form.get("mappingparameters") or Node({}, node.place)
    as_csv = parameters.get("csvmappingparameters", "csv")
    kind = text_of(form, "recordformattype").lower() or ("csv" if as_csv else "json")
    encoding = text_of(node, "recordencoding")
    if encoding.upper() not in {"", "UTF-8", "UTF8"}:
        found.refuse(node, f"Records in {encoding} cannot be read; they have to be in UTF-8.")
    columns = _columns(node, found, is_csv=kind == "csv")
    if kind == "csv":
        rows = decoded(text_of(as_csv, "recordrowdelimiter")) or "\n"
        cells = decoded(text_of(as_csv, "recordcolumndelimiter")) or ","
        return Schema(columns, "csv", row_delimiter=rows, column_delimiter=cells)
    row_path = text_of(parameters.get("jsonmappingparameters", "json"), "recordrowpath") or "$"
    return _followed(columns, row_path, node, found)


def _followed(columns: tuple[Column, ...], row_path: str, node: Node, found: Findings) -> Schema:
    """Returns the schema of JSON records; paths that cannot be followed are left out, with a finding."""
    try:
        read_path(row_path)
    except SchemaError as error:
        found.refuse(node, f"{error} The row path $ is taken instead.")
        row_path = "$"
    schema = Schema(columns, row_path=row_path)
    try:
        check(schema)
    except SchemaError as error:
        found.refuse(node, f"{error} All columns are taken by their names instead.")
        schema = Schema(tuple(Column(column.name, column.type) for column in columns), row_path=row_path)
    return schema


def _columns(node: Node, found: Findings, *, is_csv: bool) -> tuple[Column, ...]:
    """Returns the columns, in order."""
    columns: dict[str, Column] = {}
    inner = node.get("recordcolumns", "recordcolumn")
    for each in (inner.each() if inner else [])[:COLUMNS_MOST]:
        name = text_of(each, "name")
        if not name or name in columns or len(name) > NAME_MOST or not name.isprintable():
            found.refuse(
                each,
                f"The column {name or '…'} has no usable name, or one that is there already; it is left out.",
            )
            continue
        columns[name] = Column(name, _type(each, name, found), "" if is_csv else _mapping(each, name, found))
    if not columns:
        found.refuse(node, "The schema has no columns; one column DATA of text is taken.")
        return (Column("DATA", VARCHAR, "" if is_csv else "$"),)
    return tuple(columns.values())


def _type(node: Node, name: str, found: Findings) -> Type:
    text = text_of(node, "sqltype")
    try:
        return read_type(text)
    except TypeNameError as error:
        found.refuse(node, f"The type of {name}: {error} VARCHAR is taken.")
        return VARCHAR


def _mapping(node: Node, name: str, found: Findings) -> str:
    """Returns the JSON path of a column; one that cannot be read is left out, so that the column's name counts."""
    mapping = text_of(node, "mapping")
    if not mapping:
        return ""
    path = mapping if mapping.startswith("$") else f"$.{mapping}"
    try:
        read_path(path)
    except SchemaError as error:
        found.refuse(node, f"The mapping of {name}: {error} The member {name} is taken.")
        return ""
    return path


def decoded(delimiter: str) -> str:
    r"""Returns a delimiter with its escapes decoded: some files hold \n as a backslash and a letter."""

    def character(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        return chr(int(code, 16)) if code else _LETTERS.get(found[3], found[3])

    return _ESCAPE.sub(character, delimiter)
