"""Watches the checkpoint of the only lease: DATABASE → [[sequence number, milliseconds when first seen], …]."""

import json
import select
import sqlite3
import sys
import time

LOOK = 0.001  # seconds


def main(path: str) -> None:
    database = sqlite3.connect(path)
    seen = []
    before = ""
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], LOOK)[0]:
        [(checkpoint,)] = database.execute("SELECT checkpoint FROM streams_lease").fetchall()
        if checkpoint != before:
            before = checkpoint
            seen.append((int(checkpoint.partition(":")[2] or 0), time.time() * 1000))
    print(json.dumps(seen))


main(sys.argv[1])
