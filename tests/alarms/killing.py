"""Kills -9 `consume` and `notify`, again and again: no alarm is unreported, none comes twice, and the order is kept."""

import os
import random
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from tests.alarms.receivers import Receiver, receiver
from tests.deployment import ROOT, Deployment
from tests.processes import lives
from tests.waiting import wait_for

EVERY = 4  # rounds: in the first of them records are put
EACH = 8  # alarms that the forker's records raise
CONSUME = ("consume", "orders")
TARGETS = """
from alarms import targets
from alarms.models import Subscription
for name, url in {urls!r}.items():
    Subscription.objects.create(target=targets.make(name, "webhook", {{"url": url}}, actor="test"))
"""

AT_ONCE = """
from django.db.models import F
from alarms.models import Message, Target
Target.objects.update(resumes=None)
Message.objects.filter(state="waiting").update(due=F("made"))
"""


class Forker:
    """Starts warm processes, and kills them."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin
        assert process.stdout
        self._into, self._out = process.stdin, process.stdout

    def start(self, *words: str) -> int:
        self._into.write(" ".join(words) + "\n")
        self._into.flush()
        return int(self._out.readline())


@contextmanager
def forker(deployment: Deployment) -> Iterator[Forker]:
    command = [sys.executable, "-m", "tests.alarms.forker"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, cwd=ROOT, env=deployment.environment, text=True, **pipes)  # type: ignore[call-overload]
    try:
        yield Forker(process)
    finally:
        process.kill()
        process.communicate(timeout=60)


def kill(pid: int) -> None:
    if lives(pid):
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not lives(pid))


def storm(deployment: Deployment, processes: Forker, server: Receiver, chance: random.Random, rounds: int) -> None:
    """Starts and kills both processes, each time after another number of posts, or when no more can come."""
    for number in range(rounds):
        seen = len(server.posts)
        putting = [processes.start("put", str(number))] if number % EVERY == 0 else []
        worker, notifier = processes.start(*CONSUME), processes.start("notify")
        server.mode = chance.choice(["ok", "ok", "ok", "500", "close"])
        wanted = seen + chance.randrange(6)
        wait_for(lambda: not any(map(lives, putting)))  # noqa: B023 - at once
        alarms = EACH * (1 + number // EVERY)
        if server.mode == "ok":
            wait_for(lambda: len(server.posts) >= wanted or all_is_told(deployment, alarms))  # noqa: B023 - at once
        for pid in chance.sample([worker, notifier], 2):
            kill(pid)


def check(deployment: Deployment, server: Receiver) -> None:
    """Compares the receiver's posts, each id once, with the notices in the table."""
    notices = deployment.query("SELECT id FROM alarms_notice ORDER BY id")
    rows = deployment.query("SELECT target_name, name, state FROM alarms_message ORDER BY id")
    assert {state for _, _, state in rows} == {"delivered"}
    expected = defaultdict(list)
    for target, name, _ in rows:
        expected[target].append(name)
    assert {target: len(names) for target, names in expected.items()} == {"a": len(notices), "b": len(notices)}
    arrived = server.once
    for names in expected.values():
        assert [name for name in arrived if name in set(names)] == names
    assert len(arrived) == 2 * len(notices)


def firings(deployment: Deployment) -> list[str]:
    return [name for (name,) in deployment.look("SELECT name FROM alarms_notice WHERE kind = 'firing' ORDER BY name")]


def survive(deployment: Deployment, rounds: int) -> None:
    """Kills both processes again and again, and checks that all is told in the end, once and in order."""
    alarms = EACH * len(range(0, rounds, EVERY))
    deployment.environment["ALLOWED_TARGETS"] = "127.0.0.1"
    deployment.create("orders")
    with receiver() as server:
        urls = {"a": server.url + "/a", "b": server.url + "/b"}
        deployment.run("shell", "--verbosity", "0", "-c", TARGETS.format(urls=urls))
        with forker(deployment) as processes:
            storm(deployment, processes, server, random.Random(7), rounds)
            server.mode = "ok"
            deployment.run("shell", "--verbosity", "0", "-c", AT_ONCE)  # rests after failures grow to minutes
            last = [processes.start(*CONSUME), processes.start("notify")]
            wait_for(lambda: len(firings(deployment)) >= alarms)
            kill(last[0])
            wait_for(lambda: all_is_told(deployment, alarms))
            kill(last[1])
        assert len(firings(deployment)) == alarms
        check(deployment, server)


def all_is_told(deployment: Deployment, alarms: int) -> bool:
    """Returns whether so many alarms were raised and no message waits."""
    waiting = (
        "alarms_notice WHERE expanded IS NULL",  # the first: a notice becomes messages in one transaction
        "alarms_message WHERE state = 'waiting'",
    )
    return len(firings(deployment)) >= alarms and not any(
        deployment.look(f"SELECT count(*) FROM {rows}")[0][0] for rows in waiting
    )
