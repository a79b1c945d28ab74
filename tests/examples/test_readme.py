"""Holds examples/README.md and the examples' docstrings to the examples."""

import ast
import re
from pathlib import Path

import pytest

from tests.deployment import ROOT
from tests.examples.running import EXAMPLES, NAMES, command

LISTED = re.compile(r"^\| \[([a-z_]+\.py)\]\(([a-z]+/[a-z_]+\.py)\) \|", re.MULTILINE)
STARTED = re.compile(
    r'(?:start|run|serve)\(\s*"((?:integration|history)/[a-z_]+\.py)"|example\("([a-z_]+)"', re.MULTILINE
)
LONGEST = 85  # lines of a script below its docstring, without blank ones


def test_readme_lists_each_example_once() -> None:
    listed = LISTED.findall((EXAMPLES / "README.md").read_text())
    assert sorted(path for _, path in listed) == NAMES
    assert all(name == Path(path).name for name, path in listed)


@pytest.mark.parametrize("name", NAMES)
def test_example_is_short_and_has_one_command(name: str) -> None:
    text = (EXAMPLES / name).read_text()
    tree = ast.parse(text)
    docstring, code = ast.get_docstring(tree) or "", text.splitlines()[tree.body[0].end_lineno :]
    assert [line for line in docstring.splitlines() if line.startswith("    ")] == [
        line for line in docstring.splitlines() if line.strip().startswith("python ")
    ]
    assert (len(docstring.split("    python ")), sum(map(bool, code)) <= LONGEST) == (2, True)
    assert command(name, {}).words[0] == f"examples/{name}"


def test_tests_run_each_example_by_the_command_of_its_docstring() -> None:
    """Only running.py builds command lines, from docstrings, so a test that starts an example runs that command."""
    texts = [path.read_text() for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__)]
    found = {whole or f"secrets/{part}.py" for text in texts for whole, part in STARTED.findall(text)}
    assert sorted(found) == NAMES


def test_requirements_of_examples_are_pinned_with_their_reasons() -> None:
    lines = (EXAMPLES / "requirements.txt").read_text().splitlines()
    packages = [line for line in lines if not line.startswith("#")]
    assert [line for line in packages if not re.fullmatch(r"[a-z\d-]+(\[[a-z]+\])?==[\d.]+  # .+", line)] == []


def test_lock_of_examples_has_the_versions_of_the_other_locks() -> None:
    pins = dict(pair for path in (ROOT / "locks").iterdir() for pair in pinned(path))
    ours = dict(pinned(EXAMPLES / "requirements-lock.txt"))
    wanted = dict(pinned(EXAMPLES / "requirements.txt"))
    assert wanted.items() <= ours.items(), "run: make lock"
    assert {name: pins.get(name, version) for name, version in ours.items()} == ours


def pinned(path: Path) -> list[tuple[str, str]]:
    return re.findall(r"^([a-z\d-]+)(?:\[[a-z]+\])?==([^ ]+)", path.read_text(), re.MULTILINE)


def test_commands_hold_no_secret() -> None:
    words = [word for name in NAMES for word in command(name, {}).words]
    assert [word for word in words if re.search("token=|password=|secret", word.removeprefix("examples/secrets"))] == []
