"""Provides the application `archive`: `manage.py consume archive --stream NAME` keeps any stream's records as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Model

from archive.access import PERMISSION
from archive.models import (
    ArchivedColumn,
    ArchivedFile,
    ArchivedGone,
    Asked,
    FileTable,
    KeptAnswer,
    SavedQuestion,
    TablePart,
)
from common.later import later
from streams.applications import Application, Gather, Navigation, Provider
from streams.wiring import sub_bits

if TYPE_CHECKING:
    from collections.abc import Callable

    from archive.processor import ArchiveProcessor
    from streams.core.commits import HeldLease
    from streams.core.state import State

ARCHIVE = "archive"  # the application's name


def find(name: str) -> Application | None:
    """Returns the application; None for any other name."""
    return _application() if name == ARCHIVE else None


def gather() -> Gather:
    """Returns the bounds of one file."""
    return Gather(records=settings.ARCHIVE_RECORDS, size=settings.ARCHIVE_BYTES, age=settings.ARCHIVE_AGE)


def no_names() -> list[str]:
    """Returns no name: `consume --all` archives nothing, since the archive reads a stream only when it is told to."""
    return []


def _application() -> Application:
    from archive import processor  # noqa: PLC0415 - PyArrow takes longer to import than a command to start
    from archive.sink import ArchiveSink  # noqa: PLC0415 - as above
    from archive.sweeping import Sweeper  # noqa: PLC0415 - as above

    return Application(
        name=ARCHIVE,
        title="Archive",
        decode=processor.AsTheyAre(),
        build=lambda state: processor.ArchiveProcessor(processor.Place("", "", "")),
        build_at=_at,
        sink=ArchiveSink(),
        inherit=processor.inherit,
        set_back=processor.set_back,
        gather=gather,
        deliver=Sweeper,
    )


def _at(held: HeldLease) -> Callable[[State], ArchiveProcessor]:
    from archive.processor import ArchiveProcessor, Place  # noqa: PLC0415 - as above

    place, bits = Place(held.stream, held.identity, held.shard), sub_bits()
    return lambda _: ArchiveProcessor(place, bits)


NOT_GROWING: dict[type[Model], str] = {
    ArchivedFile: "as many as there are files; archive/sweeping.py removes them by RETENTION_ARCHIVE",
    ArchivedGone: "one for each shard",
    ArchivedColumn: "at most 200 for each stream",
    Asked: "running.MOST for each person",
    KeptAnswer: "keeping.MOST for the site",
    SavedQuestion: "saving.MOST for each person",
    FileTable: "one for each table that people import",
    TablePart: "as many as there are files of tables; archive/tables/storing.py removes those of replaced tables",
}
PROVIDER = Provider(
    find=find,
    past=later("archive.past:past"),
    names=no_names,
    datasets=later("archive.questions.keeping:datasets"),
    not_growing=NOT_GROWING,
    urls="archive.urls",
    navigation=Navigation(
        label="Ask",
        url="ask",
        key="k",
        help="ask a question in SQL",
        about="Questions in SQL over archived streams, files and results",
        within=frozenset({"asked", "ask-history", "ask-saved", "tables", "table", "table-new", "table-remove"}),
        permission=PERMISSION,
    ),
)
