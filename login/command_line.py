"""The command line: Django's, with our own commands listed first, and a sentence for a database failure."""

import ast
import gc
import sys
from importlib.util import find_spec
from pathlib import Path

from django.core.management import BaseCommand, ManagementUtility, get_commands, load_command_class
from django.db import InterfaceError, InternalError, OperationalError, ProgrammingError

from common import database_errors
from common.text import quoted
from login.entry import read_settings


class CommandLine(ManagementUtility):
    """Lists Millrace's own commands with a line each, and only the names of Django's."""

    def main_help_text(self, commands_only: bool = False) -> str:  # noqa: FBT001, FBT002 - the parent's signature
        if commands_only:
            return super().main_help_text(commands_only=True)
        ours, theirs = [], []
        for name, app in sorted(get_commands().items()):
            if str(app).startswith(("django.", "allauth", "channels")):
                theirs.append(name)
            else:
                says = help_of(app, name) if isinstance(app, str) else app.help
                ours.append(f"  {name:<16} {says}")
        head = f"Usage: {self.prog_name} COMMAND …    each COMMAND explains itself with --help\n"
        return "\n".join([head, *ours, "", f"Django's own: {', '.join(theirs)}"])

    def execute(self) -> None:
        """Runs the command of the arguments. Refuses words that no database, stream or terminal could take."""
        for word in self.argv:
            if not _is_text(word):
                sys.stderr.write(f"{quoted(word)} is not UTF-8, which every name and path here must be.\n")
                raise SystemExit(2)
        super().execute()

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """Returns the command, imported. The garbage collector, which manage.py has turned off, works from here on."""
        command = super().fetch_command(subcommand)
        if not gc.isenabled():
            gc.freeze()  # imported objects live as long as the process
            gc.enable()
        return command


def help_of(app: str, name: str) -> str:
    """Returns what a command says of itself, by its source: to import all commands would take as long as a start."""
    spec = find_spec(f"{app}.management.commands.{name}")
    source = Path(spec.origin).read_bytes() if spec and spec.origin else b""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Assign(targets=[ast.Name(id="help")], value=ast.Constant(value=str(says))):
                return says
    return str(load_command_class(app, name).help)  # it is computed


def _is_text(word: str) -> bool:
    """Returns whether a word is valid UTF-8. Python keeps another byte as a lone surrogate, which cannot be encoded."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def main() -> None:
    """Reads the settings, then runs the command of the arguments."""
    read_settings()
    try:
        CommandLine(sys.argv).execute()
    except (OperationalError, ProgrammingError, InterfaceError, InternalError) as error:
        sys.stderr.write(f"{database_errors.sentence(error)}\n")
        raise SystemExit(1) from None
