"""Sends notices by mail to users with an address, if mail is configured."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from accounts import events, history

if TYPE_CHECKING:  # this module is imported before the models can be
    from accounts.models import SecurityEvent

TOLD_ALREADY = {"password.reset-sent"}  # the link is a mail itself
LAST = "If that was not you, sign in, change your password and end your other sessions."


def notify(instance: SecurityEvent, *, created: bool, **_: object) -> None:
    """Handles `post_save`: mails a notice once its transaction is committed. A failing mail changes nothing else."""
    told = instance.name in TOLD_ALREADY
    if created and instance.notice and not told and settings.MAIL_CONFIGURED and instance.user.email:
        transaction.on_commit(partial(_send, instance), robust=True)


def _send(event: SecurityEvent) -> None:
    line = history.line(event)
    try:
        send_mail(f"Millrace: {line.what}", text(event.user.get_username(), line), None, [event.user.email])
    except (OSError, ValueError) as error:  # the server's refusals are OSErrors, a bad header or address a ValueError
        events.record("mail.failed", user=event.user, about=event.name, error=type(error).__name__)


def text(name: str, line: history.Line) -> str:
    """Returns the text of the mail. It has no link, because people should distrust mails that ask for a click."""
    what = f"{line.what} ({line.details})" if line.details else line.what
    where = [f"from {line.address}"] * bool(line.address) + [f"with {line.device}"] * bool(line.device)
    when = f"On {line.at:%-d %B %Y at %H:%M} UTC" + "".join(f" {each}" for each in where)
    return f"{what}.\n\n{when}, on the Millrace account of {name}.\n\n{LAST}\n"
