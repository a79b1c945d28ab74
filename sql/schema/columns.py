"""Defines a schema: the columns of a stream or of reference data, and how records hold them."""

from dataclasses import dataclass

from sql.types import Type

COLUMNS_MOST = 1_000  # the service's own bounds, as those below
NAME_MOST = 256
MAPPING_MOST = 65_535
DELIMITER_MOST = 1_024
FORMATS = ("json", "csv")


@dataclass(frozen=True, slots=True)
class Column:
    """Describes a column.

    `mapping` is the JSON path of its value; without one it is the member with the column's name. CSV goes by position.
    """

    name: str
    type: Type
    mapping: str = ""
    not_null: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """Describes how records hold rows.

    `row_path` leads to the row's object or to the array of rows (JSON). The delimiters and `skip_header` are those of
    CSV.
    """

    columns: tuple[Column, ...]
    format: str = "json"  # of FORMATS
    row_path: str = "$"
    row_delimiter: str = "\n"
    column_delimiter: str = ","
    skip_header: bool = False
