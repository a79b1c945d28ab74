"""The base of our commands: one clear sentence when something is wrong, and an exit code that scripts can use."""

import sys
from operator import attrgetter
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from common.commands import DatabaseCommand
from streams.core.records import StreamError


class UsageError(Exception):
    """Reports bad input; the command exits 2."""


def keep_no_statements() -> None:
    """Makes connections keep none of their statements, which they do with DEBUG on: the memory of a worker would grow.

    It leaves DEBUG as it is: the site and its commands must judge an access key by the same settings.
    """
    BaseDatabaseWrapper.queries_logged = property(attrgetter("force_debug_cursor"))  # type: ignore[assignment]


class PlainCommand(DatabaseCommand):
    """Exits 2 for bad input and 1 for a failure, each with one sentence on stderr; a requested stop exits 0."""

    requires_system_checks: list[str] = []  # the web server runs them; a worker should start at once

    def execute(self, *args: Any, **options: Any) -> str | None:
        keep_no_statements()
        try:
            return super().execute(*args, **options)
        except UsageError as error:
            self.fail(str(error), 2)
        except StreamError as error:
            self.fail(str(error), 1)
        except KeyboardInterrupt:
            raise SystemExit(0) from None
        except BrokenPipeError:
            sys.stderr.close()  # the reader of our output, for example `head`, has closed the pipe
            raise SystemExit(0) from None
