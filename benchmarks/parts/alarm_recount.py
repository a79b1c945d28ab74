"""Counts the alarms of a week of 15-second counts for many levels: → CPU milliseconds and the number of records.

The counts are those of 10,000,000 records of one key, as an application has kept them: 40,320 rows.
Prints {"records": …, "read": of the first count, which reads the rows, "move": [of each further level]}.
"""

import json
import os
import random
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
django.setup()

from django.db import transaction  # noqa: E402 - Django first

from alarms import curves, recounting  # noqa: E402
from alarms.spec import RuleSpec  # noqa: E402
from applications.orders.models import Site, SiteCount, SiteSecond  # noqa: E402
from dashboard.ranges import Span  # noqa: E402
from streams.core import clock  # noqa: E402
from streams.models.statements import insert  # noqa: E402

ROWS, STEP, MEAN, SPREAD = 40_320, 15 * clock.SECOND, 248, 16
LEVELS = [*range(200, 300, 5)]  # from below nearly every count to above every one


def main() -> None:
    chance = random.Random(1)
    end = clock.now() // STEP * STEP
    start = end - ROWS * STEP
    counts = [max(0, round(chance.gauss(MEAN, SPREAD))) for _ in range(ROWS)]
    rows = [("orders", "shop", clock.to_datetime(start + at * STEP), each, each) for at, each in enumerate(counts)]
    with transaction.atomic():
        insert(SiteSecond, ("stream", "site", "second", "lines", "peak"), rows)
    Site.objects.create(name="shop")
    now = clock.to_datetime(end)
    SiteCount.objects.create(stream="orders", site="shop", lines=0, as_of=now, newest=now)
    dataset = curves.dataset_of("orders/seconds")
    assert dataset is not None
    taken = []
    for level in [LEVELS[0], *LEVELS]:
        spec = RuleSpec(
            dataset="orders/seconds", kind="above", column="peak", by=("site",), level=level, clear=level - 10
        )
        began = time.process_time()
        found = recounting.count(dataset, spec, "orders", Span(start, end, live=False, text=""))
        taken.append(1000 * (time.process_time() - began))
        assert found.rows == ROWS
    print(json.dumps({"records": sum(counts), "read": taken[0], "move": taken[1:]}))


main()
