"""Loads two versions of an application, to compare them."""

from sql.folder import FolderError
from sql.live import files
from sql.live.deployed import compiled
from sql.live.models import SqlApplication, SqlVersion
from sql.offline.differences import Side


def version(application: SqlApplication, number: int) -> SqlVersion:
    """Returns a version. Raises FolderError."""
    found = application.versions.filter(number=number).first()
    if found is None:
        known = ", ".join(map(str, application.versions.order_by("number").values_list("number", flat=True)))
        raise FolderError(f"{application.name} has no version {number}. There are: {known}.")
    return found


def side(found: SqlVersion) -> Side:
    """Returns a version as one side of a comparison. Raises ScriptError for one that no longer compiles."""
    content = files.load(found)
    program = compiled(found.application.name, content, found.digest).program
    return Side(f"version {found.number}", content, program)
