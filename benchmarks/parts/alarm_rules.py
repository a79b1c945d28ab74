"""Evaluates rules over commits of 10,000 rows, each of a key of its own: RULES BURNING → CPU milliseconds of a commit.

Prints {"idle": of a commit without rows, "prepare": […], "write": […]}; BURNING keys are beyond each rule's level.
"""

import json
import os
import sys
import time

import django
from msgspec.structs import replace

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
django.setup()

from django.db import transaction  # noqa: E402 - Django first
from django.utils import timezone  # noqa: E402

from alarms import rules  # noqa: E402
from alarms.following import AlarmFollower  # noqa: E402
from alarms.spec import RuleSpec  # noqa: E402
from streams import applications  # noqa: E402
from streams.core.clock import MINUTE  # noqa: E402
from streams.core.commits import Commit, HeldLease  # noqa: E402
from streams.core.state import EMPTY, StateChange  # noqa: E402
from streams.observations import Observation  # noqa: E402

KEYS, COMMITS, IDLE = 10_000, 5, 1000
START = 1_760_000_040_000
COLUMNS = ("trades", "shares", "value", "largest")


def rows(minute: int, burning: int) -> list[Observation]:
    return [
        Observation(
            "minutes", minute, {"ticker": f"T{key}"} | dict.fromkeys(COLUMNS, 900 if key < burning else 5), str(key)
        )
        for key in range(KEYS)
    ]


def main(count: int, burning: int) -> None:
    for number in range(count):
        fields = {"dataset": "trades/minutes", "kind": "above", "column": COLUMNS[number % 4], "by": ("ticker",)}
        rules.make(f"r{number}", "Rule", RuleSpec(**fields, level=500.0), "bench", timezone.now())  # type: ignore[arg-type]
    told = replace(applications.find("trades"), observe=lambda results, outputs: results)
    follower, held = (
        AlarmFollower(told, "trades", whole=True),
        HeldLease("trades", "trades", "s", "", 1, "", EMPTY, START),
    )
    found: dict[str, list[float]] = {"prepare": [], "write": []}
    for place in range(COMMITS):
        minute = START + place * MINUTE
        commit = Commit("", minute + 2 * MINUTE, StateChange(), rows(minute, burning))
        began = time.process_time()
        findings = follower.prepare(held, commit)
        prepared = time.process_time()
        with transaction.atomic():
            if findings is not None:
                follower.write(findings)
        found["prepare"].append(1000 * (prepared - began))
        found["write"].append(1000 * (time.process_time() - prepared))
    began = time.process_time()
    for millisecond in range(IDLE):
        follower.prepare(held, Commit("", minute + 2 * MINUTE + millisecond, StateChange()))
    print(json.dumps(found | {"idle": 1000 * (time.process_time() - began) / IDLE}), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
