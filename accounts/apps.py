"""Connects sign-in, sign-out and notices to Django's signals."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_save

from accounts import arrivals, mail


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        user_logged_in.connect(arrivals.welcome, dispatch_uid="accounts.arrivals.welcome")
        user_logged_out.connect(arrivals.goodbye, dispatch_uid="accounts.arrivals.goodbye")
        post_save.connect(mail.notify, sender="accounts.SecurityEvent", dispatch_uid="accounts.mail.notify")
