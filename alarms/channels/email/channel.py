"""Sends messages by the mail server of EMAIL_URL. The Message-ID is made of the message's name."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email

from alarms.channels.base import Channel, Config, ConfigError, Field, Outcome, Receipt, Session, away, taken
from alarms.letters import Letter, subject, text

MOST = 20  # addresses of a target
ADDRESSES = "One or more, separated by commas; of a personal target, the account's own."
TO = Field("to", "Addresses", ADDRESSES, required=False)


class Email(Channel):
    name = "email"
    title = "E-mail"
    about = "The address of your account, or addresses of the site"
    fields = (TO,)
    personal = True

    def check(self, config: Mapping[str, str]) -> Config:
        found = taken(self.fields, config)
        addresses = _addresses(found)
        if len(addresses) > MOST:
            raise ConfigError(f"A target has at most {MOST} addresses.")
        for each in addresses:
            try:
                validate_email(each)
            except ValidationError:
                raise ConfigError(f"{each!r} is no e-mail address.") from None
        return found

    def open(self, config: Config) -> Session:
        return EmailSession(_addresses(config))


class EmailSession(Session):
    def __init__(self, to: list[str]) -> None:
        self._to = to
        self._connection = get_connection()
        self._is_open = False

    def send(self, letter: Letter) -> Receipt:
        if not settings.MAIL_CONFIGURED:
            return Receipt(Outcome.LATER, "No mail server is configured: set EMAIL_URL.")
        if not self._to:
            return Receipt(Outcome.NEVER, "There is no address: the account has none.")
        host = urlsplit(settings.SITE_URL).hostname or "localhost"
        # 32 of the 64 digits: a longer one would be folded, which some servers do not read.
        headers = {"Message-ID": f"<{letter.name[:32]}@{host}>", "References": f"<{letter.episode[:32]}@{host}>"}
        mail = EmailMessage(subject(letter), text(letter), None, self._to, headers=headers, connection=self._connection)
        try:
            if not self._is_open:
                self._connection.open()  # kept for the messages that follow
                self._is_open = True
            mail.send()
        except (SMTPRecipientsRefused, SMTPResponseException) as error:
            self.close()
            return refused(error)
        except (SMTPException, OSError, ValueError) as error:
            self.close()
            return away(error)
        return Receipt(Outcome.GOOD, f"The mail server took it for {', '.join(self._to)}.")

    def close(self) -> None:
        self._is_open = False
        with suppress(SMTPException, OSError):
            self._connection.close()


def refused(error: SMTPRecipientsRefused | SMTPResponseException) -> Receipt:
    """Returns the receipt for the answer that refused the mail, or its first recipient: 5xx is for this mail."""
    answer: tuple[int, bytes | str]
    if isinstance(error, SMTPRecipientsRefused):
        answer = next(iter(error.recipients.values()))
    else:
        answer = error.smtp_code, error.smtp_error
    code, words = answer
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return Receipt(Outcome.HELD if code >= 500 else Outcome.LATER, f"{code} {said}")


def _addresses(config: Config) -> list[str]:
    return [each.strip() for each in config.get("to", "").split(",") if each.strip()]


CHANNEL = Email()
