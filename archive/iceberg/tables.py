"""Makes the tables of archived streams, and gives them the columns that their files have.

The columns are those of the files, by name: the archive's files have no field numbers, so the table has a name mapping.
Rows are partitioned by the hour of their arrival, which Iceberg takes from the files' statistics.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from django.conf import settings
from pyiceberg.catalog import Catalog
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table import Table, Transaction
from pyiceberg.transforms import HourTransform
from pyiceberg.types import (
    BinaryType,
    BooleanType,
    DoubleType,
    IntegerType,
    LongType,
    NestedField,
    PrimitiveType,
    StringType,
    TimestamptzType,
)

from archive.columns import ERROR
from archive.iceberg.catalog import IcebergError
from archive.models import ArchivedFile

TYPES: dict[str, PrimitiveType] = {
    "boolean": BooleanType(),
    "whole": LongType(),
    "number": DoubleType(),
    "text": StringType(),
    "json": StringType(),
}  # by the keys of archive.columns.KINDS
OWN: dict[str, PrimitiveType] = {
    "_arrived": TimestamptzType(),
    "_shard": StringType(),
    "_sequence": StringType(),
    "_sub": IntegerType(),
    "_key": StringType(),
    "_raw": BinaryType(),
}
STREAM, KIND = "millrace.stream", "millrace.kind"  # properties of a table
KEPT = {
    "gc.enabled": "false",  # the files are the archive's: no engine may delete them
    "commit.retry.num-retries": "0",  # a retry would add files again that another process has just added
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "10",
}


class Wanted(NamedTuple):
    """Describes the table that the files of one kind of a stream are registered in."""

    stream: str
    kind: str  # of models.ArchivedFile
    columns: Mapping[str, PrimitiveType]

    @property
    def name(self) -> str:
        """Returns the table's name: in lower case, since Glue and Athena know no other."""
        plain = re.sub(r"[^a-z0-9]+", "_", self.stream.lower()).strip("_")
        return plain if self.kind == ArchivedFile.RECORDS else f"{plain}_errors"

    @property
    def identifier(self) -> tuple[str, str]:
        """Returns the namespace and the name."""
        return settings.ICEBERG_NAMESPACE, self.name


def wanted(stream: str, kinds: Mapping[str, str]) -> list[Wanted]:
    """Returns the tables of a stream: of its records, and of those that could not be decoded."""
    fields = {name: TYPES[kind] for name, kind in kinds.items()}
    return [
        Wanted(stream, ArchivedFile.RECORDS, OWN | fields),
        Wanted(stream, ArchivedFile.ERRORS, {**OWN, ERROR: StringType()}),
    ]


def ensure_table(catalog: Catalog, want: Wanted) -> Table:
    """Returns the table, which is made if it is not there. Raises IcebergError if its name is another stream's."""
    if catalog.table_exists(want.identifier):
        table = catalog.load_table(want.identifier)
        if (table.properties.get(STREAM), table.properties.get(KIND)) != (want.stream, want.kind):
            raise IcebergError(f"{'.'.join(want.identifier)} is there and is not the table of {want.stream}.")
        return table
    catalog.create_namespace_if_not_exists(settings.ICEBERG_NAMESPACE)
    schema = Schema(*(NestedField(at, each, type_) for at, (each, type_) in enumerate(want.columns.items(), 1)))
    hours = PartitionSpec(PartitionField(1, 1000, HourTransform(), "_arrived_hour"))
    mapping = {"schema.name-mapping.default": schema.name_mapping.model_dump_json()}
    return catalog.create_table(
        want.identifier,
        schema,
        partition_spec=hours,
        properties={**KEPT, **mapping, STREAM: want.stream, KIND: want.kind},
    )


def widen(change: Transaction, want: Wanted) -> None:
    """Adds the columns that the table does not have yet. Raises IcebergError where one has another type."""
    there = {field.name: field.field_type for field in change.table_metadata.schema().fields}
    for name, type_ in want.columns.items():
        if name in there and there[name] != type_:
            raise IcebergError(
                f"The table has {name!r} as {there[name]}, the archive as {type_}: drop the table first."
            )
    if new := {name: type_ for name, type_ in want.columns.items() if name not in there}:
        with change.update_schema() as update:
            for name, type_ in new.items():
                update.add_column((name,), type_)
