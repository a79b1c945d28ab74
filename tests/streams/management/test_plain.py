"""Commands of ours judge by the same settings as the site, and keep no list of their statements."""

from typing import Any

from django.db import connection
from pytest_django import Settings

from streams.management.plain import PlainCommand


class Asking(PlainCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")


def test_command_leaves_debug_on_and_keeps_no_statements(db: None, settings: Settings) -> None:
    settings.DEBUG = True  # a printed password needs no replacement then, and its owner's access keys are valid
    before = len(connection.queries_log)
    Asking().execute(force_color=False, no_color=True)
    assert (settings.DEBUG, len(connection.queries_log)) == (True, before)
