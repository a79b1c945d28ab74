"""Steps a worker over two records of each of so many keys: → seconds of commits, bytes of state, peak kB of memory."""

import json
import os
import resource
import sys

import django

PUT = 5000  # records
FIELDS = {
    "trades": {"tradeType": "BUY", "price": 10, "quantity": 1},
    "orders": {"InvoiceNo": "1", "StockCode": "1", "Quantity": 1, "InvoiceDate": "x", "UnitPrice": 1},
}
KEY = {"trades": "tickerSymbol", "orders": "site"}


def main(application: str, keys: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
    django.setup()
    from streams import wiring  # noqa: PLC0415 - Django is set up only now
    from streams.core.records import TRIM_HORIZON  # noqa: PLC0415
    from streams.engine import signals  # noqa: PLC0415 - Django is set up only now
    from streams.engine.consumer import Consumer  # noqa: PLC0415
    from streams.models import Lease  # noqa: PLC0415

    put(wiring.open_stream(application), application, keys)
    commits: list[float] = []

    def note(**told: float) -> None:
        commits.append(told["seconds"])

    signals.committed.connect(note, weak=False)
    worker = wiring.build_worker(application, application, TRIM_HORIZON)
    consumer = Consumer(worker)
    while not consumer.caught_up:
        consumer.step()
    worker.close()
    lease = Lease.objects.get()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"commits": commits, "state": len(lease.state), "memory": memory, "dead": lease.dead}))


def put(stream: object, application: str, keys: int) -> None:
    stream.create()  # type: ignore[attr-defined]
    for start in range(0, 2 * keys, PUT):
        names = [f"K{number % keys}" for number in range(start, min(start + PUT, 2 * keys))]
        entries = [(name, json.dumps(FIELDS[application] | {KEY[application]: name}).encode()) for name in names]
        stream.put(entries)  # type: ignore[attr-defined]


main(sys.argv[1], int(sys.argv[2]))
