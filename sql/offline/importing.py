"""Reads files of the service's applications with the files beside them, and writes each application's folder."""

import re
from dataclasses import replace
from itertools import islice
from pathlib import Path

from sql.errors import Problem
from sql.folder import FolderError, from_files, to_files
from sql.importing import Imported, ImportingError, read_applications
from sql.importing.nodes import SIZE_MOST
from sql.offline.checking import check

CONFIGURATION = ".tf"
SCRIPTS = {".sql", ".tftpl", ".tpl", ".txt"}  # the files that a configuration may take a script from
FILES_MOST = 200  # of a configuration, and of its scripts
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


def read_file(path: Path) -> list[Imported]:
    """Returns the applications of a file, or of a folder with Terraform's configuration. Raises FolderError.

    The scripts and the reference data that it mentions are taken from the files beside it.
    """
    folder = path if path.is_dir() else path.parent
    main = "" if path.is_dir() else path.name
    files = _configuration(folder) if path.is_dir() or path.suffix == CONFIGURATION else {main: _content(path)}
    if not files:
        raise FolderError(f"{path} has no file of Terraform (*{CONFIGURATION}); name the file to import.")
    try:
        found = read_applications(files, main)
        beside = _references(folder, found)
        return read_applications({**beside, **files}, main) if beside else found
    except ImportingError as error:
        raise FolderError(f"{path}: {error}") from None


def _configuration(folder: Path) -> dict[str, bytes]:
    """Returns the files of a folder with Terraform's configuration, and the scripts in it and in its own folders."""
    own = sorted(folder.glob(f"*{CONFIGURATION}"))
    scripts = (each for each in sorted([*folder.glob("*"), *folder.glob("*/*")]) if each.suffix in SCRIPTS)
    found = [*islice(own, FILES_MOST), *islice(scripts, FILES_MOST)] if own else []
    return {each.name: _content(each) for each in found if each.is_file()}


def _references(folder: Path, found: list[Imported]) -> dict[str, bytes]:
    names = {reference.file for each in found for reference in each.application.references}
    return {name: _content(folder / name) for name in sorted(names) if (folder / name).is_file()}


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(SIZE_MOST + 1)
    except OSError as error:
        raise FolderError(f"{path} cannot be read: {error.strerror}.") from None


def named(found: list[Imported], name: str) -> list[Imported]:
    """Returns the one application under another name. Raises FolderError where there are several."""
    if len(found) > 1:
        names = ", ".join(each.application.name for each in found)
        raise FolderError(f"There are {len(found)} applications, which keep their names: {names}.")
    application = replace(found[0].application, name=name)
    return [replace(found[0], application=application, files=to_files(application))]


def write(found: list[Imported], folder: Path, *, force: bool = False) -> list[Path]:
    """Writes each application into a folder of its name inside `folder`, and returns these folders.

    Raises FolderError, before a file is written, for a name that is no folder's, for two applications of one name, and
    without `force` for a folder that has files.
    """
    places = [folder / each.application.name for each in found]
    for place, each in zip(places, found, strict=True):
        if not _NAME.fullmatch(each.application.name):
            raise FolderError(f"{each.application.name!r} is no name for a folder; give another with --name.")
        if places.count(place) > 1:
            raise FolderError(f"The file has two applications of the name {place.name}.")
        if place.exists() and not (place.is_dir() and (force or not any(place.iterdir()))):
            raise FolderError(f"{place} is there already; --force writes over its files.")
    for place, each in zip(places, found, strict=True):
        _write(place, each)
    return places


def _write(place: Path, found: Imported) -> None:
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, content in found.files.items():
            if content or not (place / name).exists():  # rows of reference data that were put there stay
                (place / name).write_bytes(content)
    except OSError as error:
        raise FolderError(f"{place} cannot be written: {error.strerror}.") from None


def problems(found: Imported) -> tuple[list[Problem], str]:
    """Returns the problems of the script, as `sql check` finds them, and a fault of the folder."""
    try:
        return check(from_files(found.files)).problems, ""
    except FolderError as error:
        return [], str(error)
