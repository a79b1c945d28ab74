import json
import logging
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.db import transaction
from django.test import RequestFactory
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts import events
from accounts.models import SecurityEvent, User

Committed = DjangoCaptureOnCommitCallbacks


@pytest.fixture(autouse=True)
def configured(settings: Settings, ada: User) -> None:
    settings.MAIL_CONFIGURED = True
    ada.email = "ada@example.org"


def changed(ada: User) -> SecurityEvent | None:
    return events.record("password.changed", user=ada, request=RequestFactory(REMOTE_ADDR="192.0.2.1").get("/"))


def test_a_notice_is_mailed_to_its_owner(ada: User, django_capture_on_commit_callbacks: Committed) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        changed(ada)
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["ada@example.org"], "Millrace: Password changed")
    assert "from 192.0.2.1, on the Millrace account of ada." in str(sent.body)
    assert "http" not in str(sent.body)


@pytest.mark.parametrize("name", ["sign-in.succeeded", "sign-out", "password.reset-sent"])
def test_events_that_are_no_notice_or_a_mail_are_not_mailed(
    ada: User, name: str, django_capture_on_commit_callbacks: Committed
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        events.record(name, user=ada)
    assert mail.outbox == []


@pytest.mark.parametrize(("on", "address"), [(False, "ada@example.org"), (True, "")])
def test_notice_is_not_mailed_without_server_or_address(
    ada: User, settings: Settings, on: bool, address: str, django_capture_on_commit_callbacks: Committed
) -> None:
    settings.MAIL_CONFIGURED, ada.email = on, address
    with django_capture_on_commit_callbacks(execute=True):
        changed(ada)
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_notice_is_not_mailed_when_rolled_back(ada: User) -> None:
    with transaction.atomic():
        changed(ada)
        transaction.set_rollback(True)
    assert mail.outbox == []


@pytest.mark.parametrize("error", [SMTPServerDisconnected("gone"), TimeoutError(), ValueError("a header")])
def test_failing_mail_server_is_logged_and_fails_nothing(
    ada: User,
    error: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: Committed,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("accounts.mail.send_mail", fail)
    monkeypatch.setattr(events.log, "propagate", True)
    with caplog.at_level(logging.INFO), django_capture_on_commit_callbacks(execute=True):
        assert changed(ada) is not None
    line = json.loads(caplog.messages[-1])
    assert (line["event"], line["about"], line["error"]) == ("mail.failed", "password.changed", type(error).__name__)
    assert "gone" not in caplog.text
