"""Lists the modules with the verbs of `manage.py sql`.

Each has a function `add(subparsers)` that adds its verbs; a verb's parser sets the default `action`, which is called
with the command and the options. ScriptError and FolderError of an action become sentences and exit code 2.
"""

from importlib import import_module, util
from types import ModuleType

NAMES = ("offline", "discovered", "imported", "deployed", "exported", "compared")


def modules() -> list[ModuleType]:
    """Returns the modules, in the order of the help."""
    found = [f"sql.management.{name}" for name in NAMES]
    return [import_module(name) for name in found if util.find_spec(name)]
