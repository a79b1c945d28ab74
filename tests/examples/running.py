"""Runs the examples by the commands that their docstrings give."""

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, NamedTuple

from tests.deployment import ROOT, running
from tests.processes import limited

EXAMPLES = ROOT / "examples"
PACKAGES = ROOT / "build" / "examples"  # of examples/requirements.txt (make setup-tests)
NAMES = sorted(
    path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.glob("*/[!_]*.py")
)  # _server.py is a part of others


class Command(NamedTuple):
    """Holds the words of a command line, and the file that it reads from standard input, "" for none."""

    words: list[str]
    read: str


def command(name: str, places: Mapping[str, object]) -> Command:
    """Returns the command in the docstring of an example, "integration/http_in.py", without `python`.

    `places` has the replacement on this machine for a word of the command, or for a part of one; each must be in it.
    """
    docstring = ast.get_docstring(ast.parse((EXAMPLES / name).read_text())) or ""
    [line, *_] = [line for line in docstring.splitlines() if line.startswith("    ")]
    program, script, *words = shlex.split(line)
    assert (program, script) == ("python", f"examples/{name}")
    for old in places:
        assert any(old in word for word in words), f"{old} is not in: {line}"
    if places:
        parts = re.compile("|".join(map(re.escape, places)))
        words = [parts.sub(lambda found: str(places[found[0]]), word) for word in words]
    if "<" in words:
        return Command([script, *words[: words.index("<")]], words[words.index("<") + 1])
    return Command([script, *words], "")


def start(
    name: str, environment: Mapping[str, str], places: Mapping[str, object], more: list[str] | None = None
) -> "subprocess.Popen[str]":
    """Starts an example in the folder of the checkout, as its docstring says."""
    words, read = command(name, places)
    source: int | IO[bytes] = Path(read).open("rb") if read else subprocess.DEVNULL  # noqa: SIM115 - closed below
    process = subprocess.Popen(
        [sys.executable, *words, *(more or [])],
        env=os.environ | {"PYTHONPATH": str(PACKAGES)} | dict(environment),
        cwd=ROOT,
        text=True,
        stdin=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if not isinstance(source, int):
        source.close()
    running.add(process)
    return process


def run(name: str, environment: Mapping[str, str], places: Mapping[str, object], more: list[str] | None = None) -> str:
    """Returns the output of an example, which must end well."""
    process = start(name, environment, places, more)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    return out


def first_line(process: "subprocess.Popen[str]") -> str:
    """Returns the next line that an example prints: a server's first says that it listens."""
    assert process.stdout is not None
    with limited(process):
        line = process.stdout.readline()
    if not line:
        assert process.stderr is not None
        raise AssertionError(process.stderr.read())
    return line


def stop(process: "subprocess.Popen[str]") -> str:
    """Stops an example, and returns its stderr."""
    process.kill()
    return process.communicate(timeout=60)[1]
