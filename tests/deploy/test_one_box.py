"""One uWSGI that supervises everything: any killed process comes back, and no record is lost."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.stack import Stack
from tests.processes import lives, stat
from tests.waiting import wait_for

KILLED = [
    "uvicorn",
    "manage.py consume --all",
    "millrace-login uWSGI master",
    "millrace-web uWSGI worker",
]


@pytest.fixture(scope="module")
def one_box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("one-box"))
    stack.deployment.create("trades", "orders")
    yield stack.start(one_box=True)
    stack.wait_until_loaded("web", "login")
    stack.stop()


@pytest.mark.parametrize("words", KILLED)
def test_killed_process_is_restarted(one_box: Stack, words: str) -> None:
    [victim, *_] = wait_for(lambda: children(one_box, words))
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: set(children(one_box, words)) - {victim})


def test_restart_of_a_killed_process_loses_no_record(one_box: Stack) -> None:
    one_box.deployment.run("produce", "trades", "--rate", "0", "--count", "3000")
    for victim in [children(one_box, words)[0] for words in KILLED]:
        os.kill(victim, signal.SIGKILL)
    one_box.deployment.run("produce", "trades", "--rate", "0", "--count", "3000")
    wait_for(lambda: one_box.deployment.applied("trades") == 6000)
    wait_for(lambda: one_box.get("/accounts/sign-in/")[0] == 200)


def test_one_box_ends_with_all_its_processes(tmp_path: Path) -> None:
    stack = Stack(tmp_path).start(one_box=True)
    cared_for = [*children(stack, "")]
    stack.stop()
    wait_for(lambda: not [pid for pid in cared_for if lives(pid)])  # the kernel may still be at work on a killed one


def children(stack: Stack, words: str) -> list[int]:
    """Returns the processes below the stack's uWSGI with these words in their command line."""
    top, found = stack.processes["one-box"].pid, []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int(stat(folder)[1])
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it has ended
            continue
        if parent == top and words in line:
            found.append(int(folder.name))
    return found
