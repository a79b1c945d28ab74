"""How our commands speak: one clear sentence when something is wrong, and an exit code that scripts can use."""

import sys
from argparse import ArgumentTypeError
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, ProgrammingError

from common import database_errors
from common.commands import DJANGO_OPTIONS
from streams.records import Position, StreamError, parse_where


class UsageError(Exception):
    """Bad input: exit code 2."""


class PlainCommand(BaseCommand):
    """Bad input exits 2, a failure exits 1, each with one sentence on stderr; a requested stop exits 0."""

    suppressed_base_arguments = DJANGO_OPTIONS
    requires_system_checks: list[str] = []  # the web server runs them; a worker should start at once

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        self._called_from_command_line = False  # argparse then raises, where it would print its usage first
        return super().create_parser(prog_name, subcommand, **kwargs)

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except CommandError as error:
            self._fail(str(error).removeprefix("Error: "), 2)

    def execute(self, *args: Any, **options: Any) -> str | None:
        settings.DEBUG = False  # with it Django quotes and keeps every statement, which a worker has no use for
        try:
            return super().execute(*args, **options)
        except UsageError as error:
            self._fail(str(error), 2)
        except StreamError as error:
            self._fail(str(error), 1)
        except (OperationalError, ProgrammingError, InterfaceError, InternalError) as error:
            self._fail(database_errors.sentence(error), 1)
        except DatabaseError as error:  # of no class of its own: SQLite says so of a damaged file
            if type(error) is not DatabaseError:
                raise
            self._fail(database_errors.sentence(error), 1)
        except KeyboardInterrupt:
            raise SystemExit(0) from None
        except BrokenPipeError:
            sys.stderr.close()  # whoever read us, `head` say, has enough
            raise SystemExit(0) from None

    def _fail(self, sentence: str, code: int) -> NoReturn:
        self.stderr.write(sentence)
        raise SystemExit(code)


def where(text: str) -> Position:
    """For argparse: WHERE as a position."""
    try:
        return parse_where(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def positive(text: str) -> int:
    """For argparse: a whole number from 1."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)
