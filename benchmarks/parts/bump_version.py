"""Changes the topic `market` at a rate: DATABASE RATE → [[version, milliseconds after its COMMIT], …]."""

import json
import select
import sqlite3
import sys
import time


def main(path: str, rate: float) -> None:
    database = sqlite3.connect(path, timeout=20, isolation_level=None)
    database.execute("PRAGMA synchronous = FULL")
    stamps = []
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], 1 / rate)[0]:
        database.execute("BEGIN IMMEDIATE")
        database.execute("UPDATE market_trademinute SET trades = trades + 1 WHERE id = 1")
        database.execute("UPDATE streams_topicversion SET version = version + 1 WHERE topic = 'trades'")
        [version] = database.execute("SELECT version FROM streams_topicversion WHERE topic = 'trades'").fetchone()
        database.execute("COMMIT")
        stamps.append((version, time.time() * 1000))  # nobody could see it before; the disk's own time is not the hub's
    print(json.dumps(stamps))


main(sys.argv[1], float(sys.argv[2]))
