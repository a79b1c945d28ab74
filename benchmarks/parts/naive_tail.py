"""A tail as one writes it in a quarter of an hour: FILE STREAM_FILE STREAM KEY → {"seconds", "records"}.

It reads a line at a time and puts batches of 500, as Kinesis takes them; after each put it stores its offset in a file,
with an fsync, as pygtail and others do. It knows no rotation, and a kill between put and offset repeats lines. KEY is
`random`, or a field of the JSON object in each line.
"""

import json
import os
import sys
from pathlib import Path
from random import random
from time import perf_counter

from streams.backends.embedded.stream import EmbeddedStream
from streams.core.records import Entry

BATCH = 500


def main(path: str, store: str, name: str, key: str) -> None:
    stream = EmbeddedStream(Path(store), name)
    stream.create()
    offset_file = Path(f"{path}.offset")
    records, began = 0, perf_counter()
    with Path(path).open("rb") as file:
        entries: list[Entry] = []
        while line := file.readline():
            data = line.rstrip(b"\n")
            entries.append((str(random()) if key == "random" else str(json.loads(data)[key]), data))
            if len(entries) == BATCH:
                records += put(stream, entries, offset_file, file.tell())
                entries = []
        if entries:
            records += put(stream, entries, offset_file, file.tell())
    print(json.dumps({"seconds": perf_counter() - began, "records": records}))


def put(stream: EmbeddedStream, entries: list[Entry], offset_file: Path, offset: int) -> int:
    stream.put(entries)
    new = offset_file.with_suffix(".new")
    with new.open("w") as file:
        file.write(str(offset))
        file.flush()
        os.fsync(file.fileno())
    new.replace(offset_file)
    return len(entries)


main(*sys.argv[1:])
