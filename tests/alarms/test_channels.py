"""Checks each channel against a real receiver: a mail server, Apprise's own JSON service, a template, a deny list."""

import hmac
import json
from base64 import b64decode, b64encode
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from socket import gaierror
from ssl import SSLCertVerificationError
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from accounts.models import User
from alarms import channels, targets
from alarms.channels.base import ConfigError, Outcome, Receipt, away
from alarms.channels.deny.channel import DenySession, changed
from alarms.channels.email.channel import refused
from alarms.channels.template.channel import FACTS, filled
from alarms.channels.webhook.channel import WebhookSession
from alarms.letters import Letter, text
from alarms.models import Message, Subscription
from alarms.notifying import Notifier
from tests.alarms.mail import mail_server
from tests.alarms.making import T0, Now, episode, notice, states, until_done
from tests.alarms.receivers import receiver

LETTER = replace(
    targets.sample(T0, "a" * 64),
    kind="firing",
    key='b"ad',
    value=31.5,
    level=28.0,
    suppressed=2,
    episode="e" * 64,
)


def sent(channel: str, values: dict[str, str], letter: Letter = LETTER) -> Any:
    kind = channels.named(channel)
    session = kind.open(kind.check(values))
    try:
        return session.send(letter)
    finally:
        session.close()


@pytest.mark.parametrize(("value", "words"), [(31.5, "at least 28"), (28.0, "exactly the level"), (20.0, "at most 28")])
def test_message_says_how_the_value_stands_to_the_level(value: float, words: str) -> None:
    assert f"Value: {value:g} ({words})\n" in text(replace(LETTER, value=value))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "refused"), "Nothing listens at this address (ConnectionRefusedError: {})"),
        (ConnectionResetError("reset"), "The receiver closed the connection (ConnectionResetError: {})"),
        (gaierror("no name"), "The name of the receiver has no address (gaierror: {})"),
        (
            SSLCertVerificationError(),
            "The certificate of the receiver is not valid here (SSLCertVerificationError: {})",
        ),
        (TimeoutError("late"), "The receiver did not answer in time (TimeoutError: {})"),
        (OSError("else"), "OSError: {}"),
    ],
)
def test_an_error_of_a_connection_is_said_in_a_sentence(error: Exception, words: str) -> None:
    assert away(error) == Receipt(Outcome.LATER, words.format(error))


def test_a_webhook_is_signed_as_the_specification_says() -> None:
    """The vector of Standard Webhooks' own reference library, and two secrets while one is changed."""
    secret, other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + b64encode(b"x" * 32).decode()
    with receiver() as server:
        session = WebhookSession({"url": server.url, "secret": secret, "old_secret": other}, wall=lambda: 1614265330.5)
        assert session.send(LETTER).answer == "200 thanks"
        session.close()
        [(headers, body)] = server.posts
    content = f"{'a' * 64}.1614265330.".encode() + body
    keys = [b64decode(each.removeprefix("whsec_")) for each in (secret, other)]
    expected = ["v1," + b64encode(hmac.digest(each, content, "sha256")).decode() for each in keys]
    assert headers["webhook-signature"].split() == expected
    assert headers["webhook-timestamp"] == "1614265330"
    assert json.loads(body)["data"]["value"] == 31.5


@pytest.mark.django_db(transaction=True)
def test_mail_goes_to_an_account_by_one_connection(settings: Any) -> None:
    with mail_server() as server:
        settings.MAIL_CONFIGURED, settings.EMAIL_BACKEND = True, "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        ann = User.objects.create_user("ann", email="ann@example.org")
        Subscription.objects.create(target=targets.make("ann", "email", {}, actor="ann", owner=ann))
        now = Now()
        for key in "ab":
            notice(episode(key))
        until_done(Notifier(now, lambda: 1.0))
        assert ([each["To"] for each in server.mails], server.connections) == (["ann@example.org"] * 2, 1)
        name = Message.objects.order_by("id")[0].name
        assert server.mails[0]["Message-ID"] == f"<{name[:32]}@localhost>"
        assert server.mails[0]["Subject"] == "WARNING: The heat at a began"
        server.refuses = "550 no such box"
        notice(episode("c"))
        until_done(Notifier(now, lambda: 1.0))
    assert states()[-1] == ("ann", "waiting", 1)
    assert Message.objects.order_by("-id")[0].why == "550 no such box"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (SMTPRecipientsRefused({"a@example.org": (450, b"later")}), Receipt(Outcome.LATER, "450 later")),
        (SMTPRecipientsRefused({"a@example.org": (550, b"no box")}), Receipt(Outcome.HELD, "550 no box")),
        (SMTPSenderRefused(451, b"busy", "b@example.org"), Receipt(Outcome.LATER, "451 busy")),
        (SMTPDataError(554, "spam"), Receipt(Outcome.HELD, "554 spam")),
    ],
)
def test_mail_that_a_server_refuses_is_judged_by_the_code(error: Any, expected: Receipt) -> None:
    assert refused(error) == expected


@pytest.mark.django_db(transaction=True)
def test_an_in_app_message_is_delivered_by_being_stored() -> None:
    Subscription.objects.create(target=targets.make("bell", "inapp", {}, actor="ann"))
    notice(episode())
    Notifier(Now(), lambda: 1.0).step()
    assert states() == [("bell", "delivered", 1)]


def test_apprise_sends_to_a_local_receiver_and_tells_a_failure() -> None:
    with receiver() as server:
        url = f"json://127.0.0.1:{server.server_port}/hook"
        assert sent("apprise", {"url": url}).outcome is Outcome.GOOD
        assert server.bodies[0]["title"] == 'INFO: A test of this target at b"ad began'
        server.mode = "500"
        receipt = sent("apprise", {"url": url})
        assert (receipt.outcome, "500" in receipt.answer, len(server.posts)) == (Outcome.LATER, True, 2)


def test_apprise_cannot_reach_the_own_network_nor_by_a_redirect(settings: Any) -> None:
    settings.ALLOWED_TARGETS = []
    with receiver() as server:
        receipt = sent("apprise", {"url": f"json://localhost:{server.server_port}/"})
        assert (receipt.outcome, server.posts) == (Outcome.NEVER, [])
        assert "not an address of the public internet" in receipt.answer


@pytest.mark.parametrize("url", ["syslog://", "dbus://", "nothing", "pigeon://x", "json:// x", "file:///etc/passwd"])
def test_apprise_refuses_the_machine_itself_and_nonsense(url: str) -> None:
    with pytest.raises(ConfigError):
        channels.named("apprise").check({"url": url})


def test_an_apprise_address_is_shown_masked() -> None:
    kind = channels.named("apprise")
    assert kind.shown({"url": "slack://TokenA/TokenB/TokenC"}) == {"url": "slack://••••"}


def test_a_template_posts_facts_as_json() -> None:
    body = '{"text": "{subject}", "key": "{key}", "n": "{value}"}'
    with receiver() as server:
        assert sent("template", {"url": server.url, "body": body, "token": "t"}).outcome is Outcome.GOOD
        [(headers, _)] = server.posts
    assert (headers["authorization"], headers["idempotency-key"]) == ("Bearer t", "a" * 64)
    assert server.bodies[0] == {"text": 'INFO: A test of this target at b"ad began', "key": 'b"ad', "n": "31.5"}


@given(st.text(max_size=50), st.text(max_size=50), st.permutations(FACTS))
@settings(max_examples=20)
def test_no_fact_can_leave_its_place_in_a_template(key: str, title: str, names: list[str]) -> None:
    letter = replace(LETTER, key=key, title=title)
    config = {"type": "application/json", "body": json.dumps({name: f"{{{name}}}" for name in names})}
    found = json.loads(filled(config, letter))
    assert set(found) == set(names)
    assert found["key"] == letter.key.encode("utf-8", "replace").decode()


@pytest.mark.parametrize(
    "body", ["{", "[" * 50_000, '{"a": {key}}', '{"a": "{nothing}"}', '{"a": "{key.__class__}', ""]
)
def test_a_template_that_cannot_work_is_refused(body: str) -> None:
    with pytest.raises(ConfigError):
        channels.named("template").check({"url": "https://a.example/", "body": body})


def test_the_deny_list_blocks_an_address_until_its_end(settings: Any, tmp_path: Path) -> None:
    settings.DENY_LIST = str(tmp_path / "deny.conf")
    now = Now()
    config = channels.named("deny").check({"minutes": "10", "never": "10.0.0.0/8"})
    session = DenySession(config, now)
    kinds = [(key, kind) for key in ("203.0.113.7", "2001:DB8::1") for kind in ("firing",)]
    assert all(session.send(replace(LETTER, key=key, kind=kind)).outcome is Outcome.GOOD for key, kind in kinds)
    lines = Path(settings.DENY_LIST).read_text().splitlines()[1:]
    assert lines == [f"deny {key}; # until 2026-11-27T12:10:00+00:00" for key in ("203.0.113.7", "2001:db8::1")]
    session.send(replace(LETTER, key="203.0.113.7", kind="resolved"))
    assert changed(Path(settings.DENY_LIST), {}, T0) == 1
    assert changed(Path(settings.DENY_LIST), {}, T0 + timedelta(minutes=10)) == 0


@pytest.mark.parametrize("key", ["10.1.2.3", "127.0.0.1", "::1", "0.0.0.0", "1.2.3.4; allow all", "", "fe80::1%x"])
def test_the_deny_list_refuses_what_is_no_address_or_never_blocked(key: str, settings: Any, tmp_path: Path) -> None:
    settings.DENY_LIST = str(tmp_path / "deny.conf")
    receipt = sent("deny", {"never": "10.0.0.0/8"}, replace(LETTER, key=key))
    assert (receipt.outcome, Path(settings.DENY_LIST).exists()) == (Outcome.NEVER, False)


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_calls_nothing_and_a_rate_drops_the_rest(settings: Any, tmp_path: Path) -> None:
    settings.DENY_LIST = str(tmp_path / "deny.conf")
    Subscription.objects.create(target=targets.make("deny", "deny", {}, actor="ann", dry_run=True, rate=2))
    for number in range(4):
        notice(episode(f"203.0.113.{number}"))
    until_done(Notifier(Now(), lambda: 1.0))
    assert [state for _, state, _ in states()] == ["dry run", "dry run", "dropped", "dropped"]
    answer = Message.objects.order_by("id")[0].tries.get().answer
    assert answer == "Dry run, nothing was called: 203.0.113.0 would be blocked for 60 min"
    assert Message.objects.order_by("-id")[0].why == "It would be more than 2 messages a minute."
    assert not Path(settings.DENY_LIST).exists()
