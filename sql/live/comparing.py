"""Finds the versions that are compared."""

from sql.folder import FolderError
from sql.live.models import SqlApplication, SqlVersion


def version(application: SqlApplication, number: int) -> SqlVersion:
    """Returns a version. Raises FolderError."""
    found = application.versions.filter(number=number).first()
    if found is None:
        known = ", ".join(map(str, application.versions.order_by("number").values_list("number", flat=True)))
        raise FolderError(f"{application.name} has no version {number}. There are: {known}.")
    return found
