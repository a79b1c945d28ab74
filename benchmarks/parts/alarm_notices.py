"""Makes targets, then notices as a worker's commits would, 500 in each: PORT TARGETS NOTICES → {"began": …}."""

import hashlib
import json
import os
import sys
import time
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
django.setup()

from django.db import transaction  # noqa: E402 - Django first

from alarms import storing, targets  # noqa: E402
from alarms.models import Episode, Message, Notice, Rule, Subscription  # noqa: E402

BATCH = 500


def main(port: int, count: int, notices: int) -> None:
    rule = Rule.objects.create(name="heat", title="Too hot", application="orders")
    for number in range(count):
        target = targets.make(f"t{number}", "webhook", {"url": f"http://127.0.0.1:{port}/t{number}"}, actor="bench")
        # Each target is told of its own keys, so that a notice is one message.
        Subscription.objects.create(target=target, rule=rule, key=f"k{number}")
    commit(rule, 10**9, 1, count)  # once this one is delivered, notify is at work
    deadline = time.monotonic() + 60
    while not Message.objects.filter(state="delivered").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    began = time.time()
    for first in range(0, notices, BATCH):
        commit(rule, first, min(BATCH, notices - first), count)
    print(json.dumps({"began": began, "written": time.time()}), flush=True)


def commit(rule: Rule, first: int, size: int, targets: int) -> None:
    now = datetime.now(UTC)
    found = storing.nothing()
    for number in range(first, first + size):
        episode = name(f"e{number}")
        found.begun[episode] = Episode(
            name=episode,
            rule=rule,
            rule_version=1,
            stream="orders",
            shard="0",
            key=f"k{number % targets}",
            severity="warning",
            started=now,
            value=31.0,
            level=28.0,
        )
        found.notices.append((episode, Notice(name=name(f"n{episode}"), kind="firing", at=now, value=31.0)))
    with transaction.atomic():
        storing.write(found)


def name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


main(*map(int, sys.argv[1:]))
