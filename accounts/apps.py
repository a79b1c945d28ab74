"""Connects what happens at sign-in to Django's signal."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in

from accounts import arrivals


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        user_logged_in.connect(arrivals.welcome, dispatch_uid="accounts.arrivals.welcome")
