"""Registers the system checks of this project."""

from django.apps import AppConfig
from django.core.checks import register

from accounts import checks as accounts
from login import checks


class LoginConfig(AppConfig):
    name = "login"

    def ready(self) -> None:
        for check in (checks.gate, checks.unsafe, checks.bundle, accounts.unsafe, accounts.prepared):
            register(check)
