"""Derives which tests are fast: those that start no process, no server and no browser (`make test-fast`).

The layer of a test is read from the code and is kept in no list. A test is fast unless its function, or the function of
one of its fixtures, reaches one of STARTERS or a name of it, through other functions of `tests` too.
The mark `long` takes out a test that starts nothing and still needs many seconds.
`forbid_starting` makes a test of the fast layer fail if it starts something nevertheless.
"""

import ast
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

STARTERS = (
    "subprocess",
    "login.supervisor",
    "multiprocessing",
    "playwright",
    "http.server",
    "socket.create_server",
    "socketserver",
    "uvicorn",
    "archive.questions.asking",
    "archive.questions.running",
    "ingest.endpoint.running",
)
# Values of parameters that stand for servers. The same tests also run on parts that live in the process.
SERVERS = {"postgres", "mariadb", "kinesis-local", "ministack", "endpoint"}
NEEDS_ROOT = "small_disk"  # mounts a disk
SHARED = "tests.conftest"  # it starts only set-up and clean-up
ROOT = Path(__file__).resolve().parent.parent
_PLACES = pytest.StashKey[frozenset[tuple[str, str]]]()


class Code(NamedTuple):
    """A module of the tests: the names that each of its definitions uses, and the origin of each imported name."""

    uses: dict[str, set[str]]
    origins: dict[str, tuple[str, str]]


def is_fast(item: pytest.Item) -> bool:
    """Returns whether a test belongs to the fast layer."""
    if SERVERS & parameters(item):
        return False
    if NEEDS_ROOT in getattr(item, "fixturenames", ()) or item.get_closest_marker("long"):
        return False
    return isinstance(item, pytest.Function) and not any(starts(*place) for place in _functions(item))


def parameters(item: pytest.Item) -> set[str]:
    """Returns the values of a test's parameters that are text."""
    values = getattr(getattr(item, "callspec", None), "params", {}).values()
    return {value for value in values if isinstance(value, str)}


def emulator_of(item: pytest.Item, name: str) -> bool:
    """Returns whether a test starts the emulator that tests.emulators has by that name, itself or by a fixture."""
    if name.replace("_", "-") in parameters(item):
        return True
    places = _functions(item) if isinstance(item, pytest.Function) else ()
    return any(("tests.emulators", name) in reached(*place) for place in places)


def may_hold_fast(path: Path) -> bool:
    """Returns False for a file if each of its tests starts something by its own code."""
    if not path.name.startswith("test_") or path.suffix != ".py" or ROOT not in path.parents:
        return True
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    tests = [name for name in read(module).uses if name.lower().startswith("test")]
    return not tests or not all(starts(module, name) for name in tests)


def _functions(item: pytest.Function) -> frozenset[tuple[str, str]]:
    """Returns module and name of a test's function and of its fixtures' functions."""
    if _PLACES not in item.stash:  # several ask for each of ten thousand tests
        item.stash[_PLACES] = frozenset(_places(item))
    return item.stash[_PLACES]


def _places(item: pytest.Function) -> set[tuple[str, str]]:
    known = item._fixtureinfo.name2fixturedefs
    functions = [known[name][-1].func for name in item.fixturenames if name in known]
    places = {(each.__module__, each.__qualname__.split(".")[0]) for each in functions if each.__module__ != SHARED}
    name = item.cls.__name__ if item.cls else item.originalname
    return places | {(item.module.__name__, name)}


@cache
def starts(module: str, name: str) -> bool:
    """Returns whether a name of a module of the tests reaches a starter."""
    places = [f"{'.'.join(place)}." for place in reached(module, name)]
    return any(place.startswith(f"{starter}.") for place in places for starter in STARTERS)


@cache
def reached(module: str, name: str) -> frozenset[tuple[str, str]]:
    """Returns the places that the code of a name leads to, through other code of `tests`."""
    seen: set[tuple[str, str]] = set()
    waiting = [(module, name)]
    while waiting:
        place = waiting.pop()
        if place not in seen and place[0].split(".")[0] == "tests":
            waiting += _next(*place)
        seen.add(place)
    return frozenset(seen)


def _next(module: str, name: str) -> list[tuple[str, str]]:
    """Returns the places that a name leads to: of its own module, and of those that it is imported from."""
    code = read(module)
    if name in code.origins:
        return [code.origins[name]]
    places: list[tuple[str, str]] = []
    for used in code.uses.get(name, ()):
        base, _, attribute = used.partition(".")
        if base in code.origins and attribute:
            origin, part = code.origins[base]
            places += [(origin, part), (f"{origin}.{part}".rstrip("."), attribute)]  # a module, or a name with a part
        elif base in code.origins or base in code.uses:
            places.append((module, base))
    return places


@cache
def read(module: str) -> Code:
    """Reads a module of the tests; a name that is no module has no code."""
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    code = Code({}, {})
    for node in ast.parse(file.read_bytes()).body if file.exists() else ():
        parts = list(ast.walk(node))  # once: half a million of them are in all modules
        used = _used(parts)
        for name in _defined(node, parts):
            code.uses.setdefault(name, set()).update(used)
        for each in parts:
            if isinstance(each, ast.Import | ast.ImportFrom):
                code.origins.update(_imported(each))
    return code


def _defined(node: ast.stmt, parts: list[ast.AST]) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    return [each.id for each in parts if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]


def _used(parts: list[ast.AST]) -> set[str]:
    names = {each.id for each in parts if isinstance(each, ast.Name)}
    attributes = [each for each in parts if isinstance(each, ast.Attribute)]
    return names | {f"{each.value.id}.{each.attr}" for each in attributes if isinstance(each.value, ast.Name)}


def _imported(node: ast.Import | ast.ImportFrom) -> dict[str, tuple[str, str]]:
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name.split(".")[0]: (alias.name, "") for alias in node.names}
    return {alias.asname or alias.name: (node.module, alias.name) for alias in node.names if node.module}


def forbid_starting() -> None:
    """Makes each later start of a process, and each later bind to a port, raise in this process."""

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        starting = event in ("subprocess.Popen", "os.fork", "os.posix_spawn")
        if starting or (event == "socket.bind" and isinstance(arguments[1], tuple)):
            raise AssertionError(f"A test of the fast layer must not do this: {event}. See tests/layers.py.")

    sys.addaudithook(refuse)
