"""New code without a dropped request."""

import json
import socket

from tests.deploy.stack import Stack
from tests.deploy.visitor import Load, Visitor, add_person
from tests.waiting import wait_for


def test_a_chain_reload_under_load_drops_no_request(unlimited: Stack) -> None:
    add_person(unlimited, "watcher")
    visitors = [Visitor(unlimited).sign_in("watcher") for _ in range(4)]
    before = workers(unlimited)
    with Load(visitors, "/live/market.json") as load:
        wait_for(lambda: len(load.seconds) > 500)
        (unlimited.runtime / "web.reload").touch()
        wait_for(lambda: not before & workers(unlimited), seconds=60)
        wait_for(lambda: len(load.seconds) > 5000, seconds=120)
    print(f"{len(load.seconds)} answers, the slowest after {max(load.seconds):.3f} s")  # noqa: T201 - a figure for CI's log
    assert load.failures == []


def workers(stack: Stack) -> set[int]:
    """The process ids of the web pool's workers that answer."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(stack.runtime / "web-stats.sock"))
        text = b""
        while piece := client.recv(65536):
            text += piece
    return {worker["pid"] for worker in json.loads(text)["workers"] if worker["accepting"]}
