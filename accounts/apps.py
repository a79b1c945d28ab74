"""Connects receivers to the signals of sign-ins, users, sessions and notices."""

from django.apps import AppConfig
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_save, pre_delete

from common import finding
from common.later import later


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from allauth.account.signals import authentication_step_completed  # noqa: PLC0415 - models are loaded only now

        from accounts import mail, sign_in_events  # noqa: PLC0415
        from accounts.factors import receivers  # noqa: F401, PLC0415 - it connects itself
        from accounts.sessions import signals  # noqa: PLC0415

        finding.register("settings", later("accounts.finding:find"))
        finding.register("people", later("accounts.finding:find_people"))
        user_logged_in.connect(sign_in_events.on_logged_in, dispatch_uid="accounts.sign_in_events.on_logged_in")
        user_logged_out.connect(sign_in_events.on_logged_out, dispatch_uid="accounts.sign_in_events.on_logged_out")
        post_save.connect(mail.notify, sender="accounts.SecurityEvent", dispatch_uid="accounts.mail.notify")
        post_save.connect(signals.deactivated, sender=get_user_model(), dispatch_uid="accounts.sessions.deactivated")
        pre_delete.connect(signals.deleted, sender=get_user_model(), dispatch_uid="accounts.sessions.deleted")
        authentication_step_completed.connect(signals.proved, dispatch_uid="accounts.sessions.proved")
