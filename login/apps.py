"""Registers the system checks of this project."""

from collections.abc import Mapping

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Tags, register
from django.views import debug

from accounts import checks as accounts
from login import checks, errors
from login.checks import databases


def count_waiting(stream: str, checkpoints: Mapping[str, str]) -> tuple[dict[str, int], str]:
    """Counts the records that wait; the dashboard, which knows no streams, is handed this."""
    from streams import wiring  # noqa: PLC0415 - it takes its time, and no command but the site's needs it

    return wiring.count_waiting(stream, checkpoints)


class LoginConfig(AppConfig):
    name = "login"

    def ready(self) -> None:
        from dashboard.backlogs import backlogs  # noqa: PLC0415 - it has models, which are not there before

        backlogs.count_waiting = count_waiting
        for check in (checks.gate, checks.unsafe, checks.bundle, accounts.unsafe, accounts.prepared):
            register(check)
        register(databases.collation, Tags.database)
        register(databases.packet, Tags.database)
        if settings.DEBUG:
            debug.technical_404_response = errors.not_found  # Django's own lists every address, and ends there
