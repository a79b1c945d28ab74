"""Times the hub's looks at a board: TOPIC VIEWERS LOOKS TOPIC… → {"look": […], "cpu": […]}, in milliseconds.

The last topics are those that change.
Before each look the topics' versions have grown and the board's own pace has passed, so that each look builds it.
"""

import asyncio
import json
import os
import sys
from datetime import timedelta
from time import perf_counter, process_time
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
django.setup()

from django.db.models import F  # noqa: E402 - Django is set up only now
from django.utils import timezone  # noqa: E402 - Django is set up only now

from accounts.sessions import SessionInfo  # noqa: E402 - Django is set up only now
from dashboard.boards.topics import EVERY  # noqa: E402 - Django is set up only now
from dashboard.live.gc_policy import Collector  # noqa: E402 - Django is set up only now
from dashboard.live.hub import Hub, Subscriber  # noqa: E402 - Django is set up only now
from dashboard.live.session_guard import SessionGuard  # noqa: E402 - Django is set up only now
from dashboard.live.snapshots import Snapshots  # noqa: E402 - Django is set up only now
from streams.models import TopicVersion  # noqa: E402 - Django is set up only now


async def main(topic: str, viewers: int, looks: int, changes: list[str]) -> None:
    guard = SessionGuard(lambda ids: {}, lambda *_: True, timezone.now)
    hub = Hub(Snapshots(timezone.now), guard, timezone.now, Collector())
    standing = SessionInfo(uuid4(), 1, ends=timezone.now() + timedelta(hours=1), staff=False)
    subscribers = [Subscriber(standing) for _ in range(viewers)]
    for subscriber in subscribers:
        hub.subscribe(subscriber, [topic])
    await hub.look()
    taken: dict[str, list[float]] = {"look": [], "cpu": []}
    for _ in range(looks):
        await asyncio.to_thread(change, changes)
        await asyncio.sleep(EVERY.total_seconds())
        began, worked = perf_counter(), process_time()
        await hub.look()
        taken["look"].append((perf_counter() - began) * 1000)
        taken["cpu"].append((process_time() - worked) * 1000)
        for each in subscribers:
            await each.next()
    print(json.dumps(taken))


def change(topics: list[str]) -> None:
    TopicVersion.objects.filter(topic__in=topics).update(version=F("version") + 1)


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
