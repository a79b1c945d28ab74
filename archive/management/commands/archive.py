"""manage.py archive: lists, proves and reads the records that `consume archive --stream NAME` keeps."""

import json as jsonlib
import sys
from argparse import ArgumentParser
from contextlib import closing
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils import timezone

from archive import compacting, sweeping, verifying
from archive.files import DamagedFileError
from archive.iceberg import catalog as iceberg
from archive.iceberg.catalog import IcebergError
from archive.lines import lines
from archive.models import ArchivedFile
from archive.provider import ARCHIVE
from archive.replaying import replay
from archive.stores.base import StoreError
from archive.stores.opening import opened
from common.running import to_run
from streams.core.records import StreamError
from streams.management.options import moment, stream_name, up_to
from streams.management.plain import PlainCommand, UsageError

MOST_SNAPSHOTS = 10_000
VERBS = {
    "verify": "prove that each record is there once, and each file as it was written",
    "replay": "print the records by arrival, as `sql run --input` reads them",
    "compact": "join the small files of each hour",
    "clean": "remove files that the manifest does not name and that are an hour old",
    "iceberg": "bring the stream's tables in ICEBERG_CATALOG to the manifest",
}
AT_ONCE = 1000  # lines that are written together


class Command(PlainCommand):
    help = "Lists, proves and reads the files that `consume archive --stream NAME` writes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(required=True, metavar="VERB", dest="verb")
        listing = verbs.add_parser("list", help="the streams that are archived")
        listing.add_argument("--json", action="store_true", help="one JSON object a line")
        for name, about in VERBS.items():
            verb = verbs.add_parser(name, help=about)
            verb.add_argument("stream", type=stream_name, metavar="STREAM")
            if name == "replay":
                verb.add_argument("--from", dest="since", type=moment, metavar="T", help="arrived at T or later")
                verb.add_argument("--to", dest="until", type=moment, metavar="T", help="arrived before T")
            if name == "iceberg":
                verb.add_argument("--keep-snapshots", dest="keep", type=up_to(MOST_SNAPSHOTS), default=10, metavar="N")

    def handle(self, *args: Any, verb: str, stream: str = "", **options: Any) -> None:
        try:
            if verb == "list":
                self._list(**options)
            else:
                getattr(self, f"_{verb}")(stream, **options)
        except (StoreError, DamagedFileError, IcebergError) as error:
            raise StreamError(str(error)) from None

    def _list(self, *, json: bool, **_: Any) -> None:
        streams = ArchivedFile.objects.filter(removed=False).values_list("stream", flat=True).distinct()
        for stream in sorted(streams):
            files, records, size = verifying.proved(stream)
            row = {"stream": stream, "files": files, "records": records, "bytes": size}
            self.stdout.write(jsonlib.dumps(row) if json else f"{stream}: {_numbers(files, records, size)}")

    def _verify(self, stream: str, **_: Any) -> None:
        _known(stream)
        findings = list(verifying.verify(stream, opened(), ARCHIVE))
        for each in findings:
            self.stdout.write(f"{each.place}: {each.says}")
        if faults := sum(not each.harmless for each in findings):
            raise StreamError(f"The archive of {stream} is not whole: {faults} faults.")
        self.stdout.write(f"{stream}: whole. {_numbers(*verifying.proved(stream))}, each record once.")

    def _replay(self, stream: str, since: datetime | None, until: datetime | None, **_: Any) -> None:
        _known(stream)
        found = lines((each.arrived, each.key, each.data, "") for each in replay(stream, opened(), since, until))
        while some := list(islice(found, AT_ONCE)):
            sys.stdout.write("".join(some))

    def _compact(self, stream: str, **_: Any) -> None:
        _known(stream)
        made = list(compacting.compact(stream, opened()))
        while sweeping.sweep(stream, opened(), timezone.now()):
            pass
        self.stdout.write(f"{stream}: {len(made)} files made of smaller ones.")

    def _clean(self, stream: str, **_: Any) -> None:
        _known(stream)
        removed = sweeping.clean(stream, opened(), timezone.now())
        self.stdout.write(f"{stream}: {removed} files removed that the manifest does not name.")

    def _iceberg(self, stream: str, keep: int, **_: Any) -> None:
        _known(stream)
        with closing(iceberg.opened()) as catalog:
            from archive.iceberg.registering import register  # noqa: PLC0415 - its packages are optional

            for each in register(stream, opened(), catalog, keep):
                says = f"{each.files:,} files, {each.added:,} of them added, {each.removed:,} others removed"
                self.stdout.write(f"{each.table}: {says}; {each.expired:,} snapshots expired.")


def _known(stream: str) -> None:
    if not ArchivedFile.objects.filter(stream=stream).exists():
        raise UsageError(f"{stream} is not archived. {to_run('consume', 'archive', '--stream', stream)} begins it.")


def _numbers(files: int, records: int, size: int) -> str:
    return f"{files:,} files, {records:,} records, {size:,} bytes"
