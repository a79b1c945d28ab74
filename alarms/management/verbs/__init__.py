"""Holds the verbs of `manage.py alarms`: one module each, with `add(subparsers)`, which sets the function `action`."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parent


def modules() -> Iterator[ModuleType]:
    """Yields the modules of the verbs, in the order of the alphabet."""
    for path in sorted(FOLDER.glob("[a-z]*.py")):
        yield import_module(f"{__name__}.{path.stem}")
