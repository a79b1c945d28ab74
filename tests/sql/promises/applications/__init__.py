"""The applications of these tests: a folder each."""

import shutil
from pathlib import Path

from sql.folder.reading import read_folder
from sql.program import Program, compile_application

FOLDER = Path(__file__).parent


def program(name: str) -> Program:
    """Returns an application compiled."""
    return compile_application(read_folder(FOLDER / name))


def copied(name: str, folder: Path, *, source: str = "audit", version: int = 1) -> Path:
    """Copies an application into a folder, as one that reads that stream and writes that number into rows of LARGE.

    Returns the folder of the copy.
    """
    copy = folder / f"{name} {version}"
    shutil.copytree(FOLDER / name, copy)
    settings, script = copy / "application.toml", copy / "application.sql"
    settings.write_text(settings.read_text().replace('"audit"', f'"{source}"'))
    script.write_text(script.read_text().replace(", 1 FROM", f", {version} FROM"))
    return copy
