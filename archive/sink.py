"""Writes gathered records: files first, then their rows in the transaction that moves the checkpoint."""

from collections.abc import Mapping
from typing import NamedTuple

from django.conf import settings

from archive.files import Made, make
from archive.lines import path_beside
from archive.models import ArchivedColumn, ArchivedFile
from archive.processor import Gathered, Place
from archive.stores.base import StoreError
from archive.stores.opening import opened
from streams.core.clock import to_datetime
from streams.core.commits import StoreDownError
from streams.core.processor import padded


class Prepared(NamedTuple):
    """Holds files that are stored, and the kinds of columns that they have first."""

    place: Place
    files: list[Made]
    kinds: Mapping[str, str]


class ArchiveSink:
    """Is the sink of `archive`."""

    def prepare(self, results: Gathered) -> Prepared:
        """Stores the files. Raises StoreDownError where they cannot be stored now."""
        place, batches, sub_bits = results
        kinds = kinds_of(place.stream)
        made, new = make(
            place,
            batches,
            kinds,
            keep_all=settings.ARCHIVE_RAW,
            sub_bits=sub_bits,
            with_lines=settings.ARCHIVE_NDJSON,
        )
        try:
            for each in made:
                opened().put(each.path, each.content)
                if each.lines:
                    opened().put(path_beside(each.path), each.lines)
        except StoreError as error:
            raise StoreDownError(str(error)) from error
        return Prepared(place, [each._replace(content=b"", lines=b"") for each in made], new)

    def write(self, stream: str, prepared: Prepared) -> None:
        """Stores the rows of the files. Raises StoreDownError if another shard gave a column another kind meanwhile."""
        add_columns(stream, prepared.kinds)
        ArchivedFile.objects.bulk_create(row_of(prepared.place, each) for each in prepared.files)


def kinds_of(stream: str) -> dict[str, str]:
    """Returns the kinds of a stream's columns by name, in the order in which they were seen first."""
    return dict(ArchivedColumn.objects.filter(stream=stream).order_by("pk").values_list("name", "kind"))


def add_columns(stream: str, kinds: Mapping[str, str]) -> None:
    """Notes new columns. Raises StoreDownError where one is known with another kind: the files are then made anew."""
    if not kinds:
        return
    rows = [ArchivedColumn(stream=stream, name=name, kind=kind) for name, kind in kinds.items()]
    ArchivedColumn.objects.bulk_create(rows, ignore_conflicts=True)
    known = kinds_of(stream)
    if clash := [name for name, kind in kinds.items() if known[name] != kind]:
        raise StoreDownError(f"Another worker gave {clash[0]!r} of {stream} another kind; the files are made anew.")


def row_of(place: Place, made: Made) -> ArchivedFile:
    """Returns the row of a file."""
    return ArchivedFile(
        **place._asdict(),
        kind=made.kind,
        path=made.path,
        hour=to_datetime(made.hour),
        first=padded(made.first),
        last=padded(made.last),
        oldest=to_datetime(made.oldest),
        newest=to_datetime(made.newest),
        records=made.records,
        size=made.size,
        digest=made.digest,
        lines=made.lines_digest,
    )
