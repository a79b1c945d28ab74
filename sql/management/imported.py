"""The verb `manage.py sql import`: folders from the files in which applications of the service are kept."""

from pathlib import Path
from typing import Any

from sql.folder import FolderError
from sql.importing import Imported
from sql.offline import importing

FILE_HELP = "describe-application's answer, a create request, CloudFormation, or Terraform (a folder of it, too)"


def add(subparsers: Any) -> None:
    """Adds the verb."""
    verb = subparsers.add_parser("import", help="turn an application of the service into a folder")
    verb.add_argument("file", type=Path, metavar="FILE", help=FILE_HELP)
    verb.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="gets a folder for each application")
    verb.add_argument("--name", metavar="NAME", help="of the application (default: that in the file)")
    verb.add_argument("--force", action="store_true", help="write over the files of folders that are there")
    verb.set_defaults(action=import_file)


def import_file(command: Any, *, file: Path, to: Path, name: str | None, force: bool, **_: Any) -> None:
    """Writes the folders, with a line for each part of the file that was taken, and for each that was not."""
    found = importing.read_file(file)
    if name:
        found = importing.named(found, name)
    for each, folder in zip(found, importing.write(found, to, force=force), strict=True):
        command.stdout.write(f"{folder}:")
        for finding in each.findings:
            command.stdout.write(f"  {'taken' if finding.taken else 'NOT taken'}: {finding}")
        _check(command, each, folder)


def _check(command: Any, found: Imported, folder: Path) -> None:
    """Prints the problems of the script that was taken; they do not undo the import."""
    try:
        for problem in importing.problems(found):
            command.stdout.write(f"  {folder / 'application.sql'}:{problem}")
    except FolderError as error:
        command.stdout.write(f"  check: {error}")
