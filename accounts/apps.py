"""Connects what happens at sign-in and sign-out to Django's signals."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out

from accounts import arrivals


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        user_logged_in.connect(arrivals.welcome, dispatch_uid="accounts.arrivals.welcome")
        user_logged_out.connect(arrivals.goodbye, dispatch_uid="accounts.arrivals.goodbye")
