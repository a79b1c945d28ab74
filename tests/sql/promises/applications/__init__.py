"""The applications of these tests: a folder each."""

from pathlib import Path

from sql.folder.reading import read_folder
from sql.program import Program, compile_application

FOLDER = Path(__file__).parent


def program(name: str) -> Program:
    """Returns an application compiled."""
    return compile_application(read_folder(FOLDER / name))
