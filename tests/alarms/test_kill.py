"""Kills -9 `consume` and `notify`, again and again, and runs two of `notify`.

On database servers tests/test_on_servers.py kills them.
"""

from pathlib import Path

import pytest

from tests.alarms import killing
from tests.alarms.receivers import receiver
from tests.deployment import Deployment
from tests.waiting import wait_for


@pytest.mark.timeout(600)
def test_none_is_unreported_and_none_twice_when_processes_are_killed(tmp_path: Path) -> None:
    killing.survive(Deployment(tmp_path), rounds=100)


def test_two_notify_processes_deliver_each_message_once_and_in_order(tmp_path: Path) -> None:
    deployment, puts = Deployment(tmp_path), 4
    deployment.environment["ALLOWED_TARGETS"] = "127.0.0.1"
    deployment.create("orders")
    with receiver() as server, killing.forker(deployment) as processes:
        urls = {"a": server.url + "/a", "b": server.url + "/b"}
        deployment.run("shell", "--verbosity", "0", "-c", killing.TARGETS.format(urls=urls))
        worker, *notifiers = [processes.start(*words) for words in (killing.CONSUME, ["notify"], ["notify"])]
        for number in range(puts):
            processes.start("put", str(number))
        alarms = killing.EACH * puts
        wait_for(lambda: len(killing.firings(deployment)) >= alarms)
        killing.kill(worker)
        wait_for(lambda: killing.all_is_told(deployment, alarms))
        for pid in notifiers:
            killing.kill(pid)
        killing.check(deployment, server)
        assert server.names == server.once
