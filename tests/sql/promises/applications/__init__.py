"""The applications of these tests: a folder each."""

import re
import shutil
from pathlib import Path

from sql.folder.reading import read_folder
from sql.program import Program, compile_application

FOLDER = Path(__file__).parent


def program(name: str) -> Program:
    """Returns an application compiled."""
    return compile_application(read_folder(FOLDER / name))


def reading(name: str, source: str, folder: Path) -> Path:
    """Copies an application into a folder, as one that reads another stream; returns the copy's folder."""
    copy = folder / f"{name} of {source}"
    shutil.copytree(FOLDER / name, copy)
    settings = copy / "application.toml"
    settings.write_text(re.sub('source = ".*"', f'source = "{source}"', settings.read_text()))
    return copy
