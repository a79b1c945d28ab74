"""Orders and groups the tests so that the processes of `make test` share their servers and end together."""

import pytest

from tests.layers import is_fast, starts

# Modules of a minute or more, the longest first. Two that use the processors are beside two that mostly wait.
LONGEST = (
    "tests/deploy/test_upgrade.py",
    "tests/test_on_servers.py",
    "tests/browser/test_axe.py",
    "tests/test_fleet.py",
    "tests/deploy/test_names.py",
    "tests/deploy/test_records.py",
    "tests/test_exactly_once.py",
    "tests/test_on_kinesis.py",
    "tests/browser/test_boards.py",
    "tests/deploy/test_stack.py",
)
_RANKS = {module: rank for rank, module in enumerate(LONGEST)}


def group(item: pytest.Item) -> None:
    """Groups a test with the others that share a server of their module.

    A group runs in one process of pytest-xdist, so that its server starts once and not once for each process.
    """
    if not item.get_closest_marker("xdist_group") and shares_a_server(item):
        item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def order(items: list[pytest.Item]) -> None:
    """Moves the slow tests to the front: those of the longest modules, then those of the whole system.

    So no process is left alone with one at the end. pytest-xdist keeps this order only with `--no-loadscope-reorder`.
    Tests that empty the tables of the database stay behind the others,
    as pytest-django puts them.
    """
    items.sort(key=_place)


def name_groups(items: list[pytest.Item]) -> None:
    """Writes the group of a test behind its id, from which pytest-xdist reads it with `--dist loadgroup`.

    pytest-xdist 3.8 writes it itself, but into an attribute that pytest 9.2 no longer has, and so groups nothing.
    """
    for item in items:
        mark = item.get_closest_marker("xdist_group")
        if mark and not item.nodeid.endswith(suffix := f"@{mark.args[0]}"):
            item._id = type(item._id).parse(item.nodeid + suffix)


def shares_a_server(item: pytest.Item) -> bool:
    """Returns whether a fixture of the test's module starts something and keeps it for the module."""
    if not isinstance(item, pytest.Function):
        return False
    known = item._fixtureinfo.name2fixturedefs
    fixtures = [known[name][-1] for name in item.fixturenames if name in known]
    kept = [fixture.func for fixture in fixtures if fixture.scope == "module"]
    return any(starts(function.__module__, function.__qualname__) for function in kept)


def _place(item: pytest.Item) -> tuple[bool, int, int]:
    """Returns False, the place in LONGEST and the depth of the folder for a slow test, True for one that stays."""
    if is_fast(item) or empties_the_tables(item):
        return True, 0, 0
    return False, _RANKS.get(item.nodeid.partition("::")[0], len(LONGEST)), len(item.path.parts)


def empties_the_tables(item: pytest.Item) -> bool:
    """Returns whether the database is emptied after the test, where others are rolled back."""
    mark = item.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction")) or "transactional_db" in getattr(item, "fixturenames", ())
