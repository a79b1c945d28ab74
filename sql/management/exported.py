"""The verb `manage.py sql export`: the files of a version, or an application as Flink SQL."""

from collections import Counter
from pathlib import Path
from typing import Any

from common.text import counted
from sql.flink.export import export as flink_sql
from sql.flink.fidelity import Level
from sql.folder import Application, FolderError, from_files
from sql.live import deploying
from sql.live import files as kept
from sql.offline.loading import load
from sql.program import compile_application
from streams.management.plain import UsageError


def add(subparsers: Any) -> None:
    """Adds the verb."""
    verb = subparsers.add_parser("export", help="write the files of a version into a folder, or Flink SQL")
    verb.add_argument("what", metavar="NAME|FOLDER", help="a deployed application; with --to flink a folder, too")
    verb.add_argument("folder", type=Path, nargs="?", metavar="FOLDER", help="made if it is not there; must be empty")
    verb.add_argument("--to", choices=["flink"], help="print a script of Flink SQL instead")
    verb.add_argument("--output", type=Path, metavar="FILE", help="write the script of Flink SQL into a file")
    verb.add_argument("--version", type=int, dest="number", metavar="N", help="(default: the one that runs)")
    verb.set_defaults(action=export)


def export(command: Any, **options: Any) -> None:
    """Writes the files of a version, or a script of Flink SQL."""
    if options["to"]:
        _flink(command, **options)
    elif options["folder"] is None:
        raise UsageError("Name the folder for the files, or write --to flink.")
    else:
        _files(command, options["what"], options["folder"], options["number"])


def _files(command: Any, name: str, folder: Path, number: int | None) -> None:
    found, contents = _version(name, number)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderError(f"{folder} is not an empty folder: nothing was written.")
    for file, content in contents.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    command.stdout.write(f"{name}: version {found} is in {folder}.")


def _version(name: str, number: int | None) -> tuple[int, dict[str, bytes]]:
    """Returns a version's number and files. Raises FolderError."""
    application = deploying.existing(name)
    version = application.versions.filter(number=number or application.active).first()
    if version is None:
        raise FolderError(f"{name} has no version {number}.")
    return version.number, kept.load(version)


def _flink(command: Any, what: str, output: Path | None, number: int | None, **options: Any) -> None:
    """Prints or writes the script, and a summary on stderr. Raises ScriptError, FolderError or UsageError."""
    if options["folder"] is not None:
        raise UsageError("A script of Flink SQL is one file: write --output FILE.")
    application = _application(what, number)
    exported = flink_sql(compile_application(application).plan, application)
    if output is None:
        for line in str(exported).splitlines():
            command.stdout.write(line)
    else:
        _write(output, str(exported))
    levels = Counter(pump.level for pump in exported.pumps)
    shares = ", ".join(f"{levels[level]} {level.name.lower()}" for level in Level)
    command.stderr.write(f"{application.name}: of {counted(len(exported.pumps), 'pump')}, {shares}.", str)


def _application(what: str, number: int | None) -> Application:
    """Returns the application of a folder, where there is one of that name, else of a version in the database."""
    path = Path(what)
    if path.is_dir() or path.suffix or "/" in what:
        if number is not None:
            raise UsageError(f"{what} is a folder, which has no versions.")
        return load(path)
    return from_files(_version(what, number)[1], what)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as error:
        raise FolderError(f"{path} cannot be written: {error.strerror}.") from None
