"""The verb `manage.py sql discover`: a schema from the records of a file or a stream."""

import json as jsonlib
from pathlib import Path
from typing import Any

from sql.offline import discovering
from sql.schema.discovery import RECORDS_MOST
from streams import wiring
from streams.management.options import stream_name, up_to

RECORDS = 1_000  # of a stream, unless --records says otherwise


def add(subparsers: Any) -> None:
    """Adds the verb."""
    verb = subparsers.add_parser("discover", help="find a schema in records, and print it with the evidence")
    source = verb.add_mutually_exclusive_group(required=True)
    source.add_argument("--input", type=Path, metavar="FILE", help="JSON or CSV, or records as `sql run` reads them")
    source.add_argument(
        "--stream", type=stream_name, metavar="NAME", help="a stream, of which the newest records are read"
    )
    verb.add_argument("--arrived", default="", metavar="FIELD", help="the field that dates a record's arrival")
    bound = f"of the stream (default {RECORDS:,}; {RECORDS_MOST:,} at most)"
    verb.add_argument("--records", type=up_to(RECORDS_MOST), default=RECORDS, metavar="N", help=bound)
    verb.add_argument("--json", action="store_true", help="one JSON object a line")
    verb.set_defaults(action=discover)


def discover(command: Any, *, stream: str | None, records: int, json: bool, **options: Any) -> None:
    """Prints the schema as a file for --schema, or an object for each column."""
    if stream:
        taken = [record[4] for record in reversed(wiring.newest_records(stream, records))]
    else:
        taken = discovering.records_of(options["input"], options["arrived"])
    found = discovering.found_in(taken)
    for line in map(jsonlib.dumps, discovering.rows(found)) if json else discovering.schema_lines(found):
        command.stdout.write(line)
