"""Every command that a page or a message prints runs as it is written."""

import argparse
import ast
import re
import shlex
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.running import to_run, to_run_on
from tests.deployment import ROOT

APPS = [
    "accounts", "alarms", "applications", "archive", "common", "dashboard", "ingest", "login", "monitoring", "streams",
]  # fmt: skip
OURS = {path.stem for path in ROOT.glob("*/management/commands/*.py")} - {"__init__"}
BARE = re.compile(rf"(?<!\.venv/bin/python )manage\.py (?:{'|'.join(sorted(OURS | {'check', 'shell'}))})\b")
# Names of the act, in a ledger or the help of an option, that are not for a person to type.
NAMES = {"manage.py restore", "as manage.py backup made it"}


def literals(source: str) -> Iterator[str]:
    """The texts of a module, without its docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if hasattr(node, "body") and isinstance(node.body, list) and isinstance(first := node.body[:1], list):
            node.body = [each for each in node.body if each not in first or not _is_text(each)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@pytest.mark.parametrize("app", APPS)
def test_a_module_prints_no_command_without_its_python(app: str) -> None:
    found = [text for path in (ROOT / app).rglob("*.py") for text in literals(path.read_text())]
    assert [text for text in found if BARE.search(text) and text not in NAMES] == []


@pytest.mark.parametrize("kind", ["**/templates/**/*.html", "**/frontend/**/*.js"])
def test_a_page_prints_no_command_without_its_python(kind: str) -> None:
    pages = [path.read_text() for app in APPS for path in (ROOT / app).glob(kind)]
    assert [text for text in pages if BARE.search(text)] == []


def test_a_command_is_quoted_for_a_shell() -> None:
    assert to_run("streams", "create", "a b") == ".venv/bin/python manage.py streams create 'a b'"


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1))
def test_a_command_on_a_stream_reads_back_as_that_stream_with_any_name(stream: str) -> None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    parser.add_argument("application")
    parser.add_argument("--stream", default="trades")
    words = shlex.split(to_run_on("consume", "trades", stream))
    assert words[:3] == [".venv/bin/python", "manage.py", "consume"]
    assert vars(parser.parse_args(words[3:])) == {"application": "trades", "stream": stream}
