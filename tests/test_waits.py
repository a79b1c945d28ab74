"""Every wait of the tests has a limit: one without would hold up the whole run for ever."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
NEED_TIMEOUT = {"run", "call", "check_call", "check_output"}  # of subprocess
PLACE = {"urlopen": 3, "create_connection": 2, "HTTPConnection": 3}  # the place of the timeout among the arguments


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def is_endless(call: ast.Call) -> bool:
    """Returns whether a call waits for something else, and gives no limit."""
    name, owner = name_of(call), getattr(call.func, "value", None)
    if any(keyword.arg in ("timeout", "WaiterConfig", None) for keyword in call.keywords):
        return False
    if isinstance(owner, ast.Name) and owner.id == "subprocess":
        return name in NEED_TIMEOUT
    if name in ("join", "wait"):
        return owner is not None and not call.args
    return name == "communicate" or len(call.args) < PLACE.get(name, 0)


def endless(tree: ast.AST) -> Iterator[ast.Call]:
    """Yields the calls that may wait for ever; an awaited one that `wait_for` bounds is none of them."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    bounded = {id(argument) for call in calls if name_of(call) == "wait_for" for argument in call.args}
    yield from (call for call in calls if id(call) not in bounded and is_endless(call))


def test_every_wait_of_the_tests_has_a_limit() -> None:
    files = [path for path in ROOT.rglob("*.py") if "node_modules" not in path.parts]
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}" for path in files for call in endless(ast.parse(path.read_bytes()))
    ]
    assert found == []
