"""Registers the system checks of this project."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from accounts import checks as accounts
from login import checks
from login.checks import databases


class LoginConfig(AppConfig):
    name = "login"

    def ready(self) -> None:
        for check in (checks.gate, checks.unsafe, checks.bundle, accounts.unsafe, accounts.prepared):
            register(check)
        register(databases.collation, Tags.database)
        register(databases.packet, Tags.database)
