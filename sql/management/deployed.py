"""The verbs of `manage.py sql` for applications in the database: deploy, list, versions, rollback, delete."""

import getpass
import json as jsonlib
import sys
from pathlib import Path
from typing import Any

from common.running import to_run
from sql.folder.reading import read_folder
from sql.live import deleting, deploying, listing
from sql.live.models import MOST_APPLICATION
from streams.management.plain import UsageError
from streams.management.table import lines

NOTE_MOST = 500  # characters


def add(subparsers: Any) -> None:
    """Adds the verbs."""
    deploying_ = subparsers.add_parser("deploy", help="check a folder and make it the version that runs")
    deploying_.add_argument("name", metavar="NAME", help=f"of the application, up to {MOST_APPLICATION} characters")
    deploying_.add_argument("folder", type=Path, metavar="FOLDER", help="with application.toml and application.sql")
    deploying_.add_argument("--note", default="", help="what is new in this version, for the history")
    deploying_.set_defaults(action=deploy)
    listing_ = subparsers.add_parser("list", help="the applications that are deployed")
    versions_ = subparsers.add_parser("versions", help="the versions of an application")
    versions_.add_argument("name", metavar="NAME")
    for verb, action in ((listing_, show), (versions_, versions)):
        verb.add_argument("--json", action="store_true", help="one JSON object a line")
        verb.set_defaults(action=action)
    back = subparsers.add_parser("rollback", help="run an earlier version again")
    back.add_argument("name", metavar="NAME")
    back.add_argument("number", type=int, nargs="?", metavar="N", help="of the version (default: the one before)")
    back.set_defaults(action=roll_back)
    deleting_ = subparsers.add_parser("delete", help="delete an application with all its rows")
    deleting_.add_argument("name", metavar="NAME")
    deleting_.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    deleting_.set_defaults(action=delete)


def deploy(command: Any, name: str, folder: Path, note: str, **_: Any) -> None:
    """Deploys a folder, prints the script's warnings and the next command."""
    if len(note) > NOTE_MOST:
        raise UsageError(f"The note has {len(note)} characters; it may have {NOTE_MOST}.")
    found = deploying.deploy(name, dict(read_folder(folder).files), getpass.getuser(), note)
    for warning in found.compiled.program.plan.warnings:
        command.stderr.write(str(warning), str)
    if found.trouble:
        command.stderr.write(found.trouble, str)
    number, application = found.version.number, found.version.application
    if not found.new:
        command.stdout.write(f"{name}: nothing changed; version {number} runs.")
        return
    command.stdout.write(f"{name}: version {number} runs from the next record on.")
    if number == 1:
        command.stdout.write(f"Start a worker: {to_run('consume', name)}  (it reads {application.stream})")
    for output in application.outputs.filter(current=True).exclude(view=None).order_by("pk"):
        command.stdout.write(f"  {output.name}: rows in the view {output.view}")


def show(command: Any, json: bool, **_: Any) -> None:  # noqa: FBT001 - an option
    _print(command, listing.applications(), json=json)


def versions(command: Any, name: str, json: bool, **_: Any) -> None:  # noqa: FBT001 - as above
    _print(command, listing.versions(deploying.existing(name)), json=json)


def roll_back(command: Any, name: str, number: int | None, **_: Any) -> None:
    """Runs an earlier version again."""
    found = deploying.roll_back(name, number)
    says = "runs from the next record on" if found.new else "runs already"
    command.stdout.write(f"{name}: version {found.version.number} {says}.")


def delete(command: Any, name: str, yes: bool, **_: Any) -> None:  # noqa: FBT001 - an option
    """Deletes an application, once the user has typed its name."""
    application = deploying.existing(name)
    if not yes:
        _ask(command, application.name)
    rows = deleting.delete(name, "manage.py")
    command.stdout.write(f"{name} is deleted, with {rows:,} rows.")


def _ask(command: Any, name: str) -> None:
    """Raises UsageError unless the user types the name."""
    if not sys.stdin.isatty():
        raise UsageError("This deletes all versions and rows, so it wants to be told: add --yes.")
    command.stdout.write(f"All versions and rows of {name} are deleted. Type {name} to go on: ", ending="")
    command.stdout.flush()
    if sys.stdin.readline().strip() != name:
        raise UsageError("That is another name: nothing was changed.")


def _print(command: Any, rows: list[dict[str, Any]], *, json: bool) -> None:
    for line in map(jsonlib.dumps, rows) if json else lines(rows):
        command.stdout.write(line)
