"""Puts a file of JSON lines as a person's first script does: PATH FIELD → {"seconds", "records"}."""

import json
import os
import sys
from pathlib import Path
from time import perf_counter

from streams.backends.embedded.url import open_embedded

RECORDS_A_PUT = 500  # of Kinesis' PutRecords


def main(path: str, field: str) -> None:
    stream = open_embedded(os.environ["STREAM_URL"], "plainly")
    stream.create()
    began, records, entries = perf_counter(), 0, []
    with Path(path).open() as file:
        for line in file:
            entries.append((str(json.loads(line)[field]), line.rstrip("\n").encode()))
            if len(entries) == RECORDS_A_PUT:
                stream.put(entries)
                records, entries = records + len(entries), []
    stream.put(entries)
    print(json.dumps({"seconds": perf_counter() - began, "records": records + len(entries)}))


main(*sys.argv[1:])
