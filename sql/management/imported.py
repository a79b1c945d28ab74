"""The verb `manage.py sql import`: folders from the files in which applications of the service are kept."""

import json as jsonlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sql.folder import SCRIPT_FILE
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
    verb.add_argument("--json", action="store_true", help="one JSON object a line")
    verb.set_defaults(action=import_file)


def import_file(command: Any, *, file: Path, to: Path, name: str | None, force: bool, json: bool, **_: Any) -> None:
    """Writes the folders, with a line for each part of the file that was taken, and for each that was not."""
    found = importing.read_file(file)
    if name:
        found = importing.named(found, name)
    for each, folder in zip(found, importing.write(found, to, force=force), strict=True):
        for line in map(jsonlib.dumps, _objects(each, folder)) if json else _lines(each, folder):
            command.stdout.write(line)


def _lines(found: Imported, folder: Path) -> Iterator[str]:
    """Yields the findings, and the problems of the script, which do not undo the import."""
    yield f"{folder}:"
    yield from (f"  {'taken' if finding.taken else 'NOT taken'}: {finding}" for finding in found.findings)
    problems, fault = importing.problems(found)
    yield from (f"  {folder / SCRIPT_FILE}:{problem}" for problem in problems)
    if fault:
        yield f"  {fault}"


def _objects(found: Imported, folder: Path) -> Iterator[dict[str, Any]]:
    at = {"folder": str(folder)}
    for each in found.findings:
        yield {**at, "place": each.place, "sentence": each.sentence, "taken": each.taken}
    problems, fault = importing.problems(found)
    for problem in problems:
        place = {"line": problem.line, "column": problem.column}
        yield {**at, **place, "sentence": problem.sentence, "warning": problem.warning}
    if fault:
        yield {**at, "sentence": fault, "warning": False}
