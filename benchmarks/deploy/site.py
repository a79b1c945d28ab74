"""A deployed Millrace of a benchmark's own (tests/deploy/stack.py), on this disk, and helpers that are processes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from benchmarks.site import Part
from tests.databases import Database
from tests.deploy.site_client import Load, SiteClient, add_person
from tests.deploy.stack import Stack
from tests.deployment import ROOT

PAGE = "/market/"
WATCHER = "watcher"


@contextmanager
def deployed(
    change: Callable[[Stack], None] = lambda stack: None,
    *,
    one_box: bool = False,
    limited: bool = True,
    database: Database | None = None,
) -> Iterator[Stack]:
    """Runs a site with one account and 20,000 counted trades. `change` comes before its start."""
    (ROOT / "build").mkdir(exist_ok=True)
    with TemporaryDirectory(dir=ROOT / "build", prefix="benchmark-") as folder:
        stack = Stack(Path(folder), database, limited)
        add_person(stack, WATCHER)
        for name in ("trades", "orders"):
            stack.deployment.run("produce", name, "--rate", "0", "--count", "20000")
            stack.deployment.run("consume", name, "--until-caught-up")
        change(stack)
        try:
            yield stack.start(one_box=one_box)
        finally:
            stack.stop()


def configure(stack: Stack, before: str, after: str) -> None:
    """Changes a line of the stack's own nginx.conf."""
    text = stack.configuration.read_text()
    assert before in text, before
    stack.configuration.write_text(text.replace(before, after))


@contextmanager
def part(name: str, *words: str) -> Iterator[Part]:
    """Runs a module of benchmarks.parts."""
    command = [sys.executable, "-m", f"benchmarks.parts.{name}", *words]
    process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield Part(process)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


def client(stack: Stack, name: str, *words: str) -> AbstractContextManager[Part]:
    """Runs a module that takes the site's port and certificate as its first arguments."""
    return part(name, str(stack.port), str(stack.certificate), *words)


def watch(stack: Stack, seconds: float, path: str = PAGE) -> Load:
    """Lets one signed-in client ask for a page again and again."""
    with Load([SiteClient(stack).sign_in(WATCHER)], path) as load:
        sleep(seconds)
    return load
