"""Builds the snapshots of maps from rows of a SQL application; prints the CPU seconds of each, and a size, as JSON."""

import json
import os
from datetime import UTC, datetime, timedelta
from random import Random
from time import process_time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
django.setup()

import msgspec  # noqa: E402 - Django is set up only now

from dashboard import ranges  # noqa: E402 - Django is set up only now
from dashboard.boards import panels  # noqa: E402 - Django is set up only now
from dashboard.boards.reading import read  # noqa: E402 - Django is set up only now
from sql.live.models import SqlApplication, SqlOutput, SqlRow  # noqa: E402 - Django is set up only now
from streams.core import clock  # noqa: E402 - Django is set up only now
from streams.models import Lease  # noqa: E402 - Django is set up only now

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BUILDS = 7
COLUMNS = [["Name", "VARCHAR(64)"], ["Latitude", "DOUBLE"], ["Longitude", "DOUBLE"], ["HealthPoints", "INTEGER"]]
FLEETS = {"5 things, 15 minutes": (5, 900), "5,000 things, 4 seconds": (5000, 4)}  # things, seconds of rows
BATCH = 5000
BOARD = """title = "Map"
range = "15m"
[[panels]]
kind = "map"
data = "fleet-{name}/POSITIONS"
column = "HealthPoints"
by = "Name"
lat = "Latitude"
lon = "Longitude"
most = 5000
"""


def main() -> None:
    seconds, size = {}, 0
    for place, (words, (things, span)) in enumerate(FLEETS.items()):
        fill(place, things, span)
        content = read(BOARD.format(name=place))
        now = clock.from_datetime(NOW)
        times = []
        for _ in range(BUILDS):
            began = process_time()
            built = msgspec.json.encode(panels.board(content, ranges.parse("15m", now), "", now))
            times.append(process_time() - began)
        seconds[f"snapshot of {words} of rows"], size = times, len(built)
    print(json.dumps({"seconds": seconds, "bytes": size}))


def fill(place: int, things: int, seconds: int) -> None:
    """Stores a row for each thing and second."""
    chance = Random(place)
    application = SqlApplication.objects.create(name=f"fleet-{place}", stream="fleet")
    Lease.objects.create(application=application.name, stream="fleet", shard="s0", checkpoint="latest", watermark=NOW)
    output = SqlOutput.objects.create(application=application, name="POSITIONS", columns=COLUMNS)
    rows = []
    for number in range(things * seconds):
        second, thing = divmod(number, things)
        status: dict[str, Any] = {"Name": f"unicorn-{thing:04}", "HealthPoints": chance.randrange(100, 200)}
        status |= {"Latitude": 40 + chance.random(), "Longitude": -74 + chance.random()}
        at = NOW - timedelta(seconds=seconds - second)
        rows.append(SqlRow(output=output, stream="fleet", rowtime=at, ordinal=number, data=json.dumps(status)))
    SqlRow.objects.bulk_create(rows, batch_size=BATCH)


main()
