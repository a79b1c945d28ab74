"""Registers the system checks of this project."""

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Tags, register
from django.views import debug

from accounts import checks as accounts
from login import checks, errors
from login.checks import databases


class LoginConfig(AppConfig):
    name = "login"

    def ready(self) -> None:
        for check in (checks.gate, checks.unsafe, checks.bundle, accounts.unsafe, accounts.prepared):
            register(check)
        register(databases.collation, Tags.database)
        register(databases.packet, Tags.database)
        if settings.DEBUG:
            debug.technical_404_response = errors.not_found  # Django's own lists every address, and ends there
