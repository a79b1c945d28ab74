"""New code without a dropped request."""

import subprocess
import sys

import pytest

from tests.deploy.site_client import Load, SiteClient, add_person
from tests.deploy.stack import Stack
from tests.waiting import wait_for

MANY = 150  # answers

pytestmark = pytest.mark.xdist_group("unlimited")


def test_a_chain_reload_under_load_drops_no_request(unlimited: Stack) -> None:
    add_person(unlimited, "watcher")
    clients = [SiteClient(unlimited).sign_in("watcher") for _ in range(4)]
    with Load(clients, "/live/market.json") as load:
        wait_for(lambda: len(load.seconds) > MANY, seconds=120)
        reload = [sys.executable, str(unlimited.checkout / "deploy/chain_reload.py"), "web"]
        subprocess.run(reload, env=unlimited.deployment.environment, check=True, timeout=120)
        reloaded = len(load.seconds)  # every worker is a new one now
        wait_for(lambda: len(load.seconds) > reloaded + MANY, seconds=120)
    print(f"{len(load.seconds)} answers, the slowest after {max(load.seconds):.3f} s")  # noqa: T201 - a figure for CI's log
    assert load.failures == []
