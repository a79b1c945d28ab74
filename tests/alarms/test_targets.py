"""Checks targets: made, shown without secrets, changed, tested, and by the command."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import User
from alarms import channels, targets
from alarms.channels.base import ConfigError, Outcome
from alarms.models import Target
from streams.models import Audit
from tests.alarms.receivers import receiver

pytestmark = pytest.mark.django_db(transaction=True)

URL = "https://hooks.example.org/services/T0/secret-part"


def run(*words: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("alarms", *words, stdout=out, stderr=out)
    except SystemExit as error:
        return int(str(error.code)), out.getvalue()
    return 0, out.getvalue()


def test_a_targets_secrets_are_encrypted_and_masked() -> None:
    target = targets.make("ops", "webhook", {"url": URL}, actor="ann")
    assert "secret-part" not in target.config
    assert targets.shown(target) == {"url": "https://hooks.example.org/••••", "secret": "••••"}
    assert targets.opened(target).values["url"] == URL
    assert [(each.who, each.action, each.target) for each in Audit.objects.all()] == [
        ("ann", "made", "alarm target ops")
    ]


def test_a_change_keeps_the_secrets_that_it_leaves_out() -> None:
    target = targets.make("ops", "webhook", {"url": URL}, actor="ann")
    secret = targets.opened(target).values["secret"]
    targets.change(target, {"url": "", "old_secret": secret}, actor="ann", rate=5)
    setup = targets.opened(Target.objects.get())
    assert (setup.values["url"], setup.values["secret"], setup.values["old_secret"], setup.rate) == (
        URL,
        secret,
        secret,
        5,
    )


@pytest.mark.parametrize(
    ("channel", "values", "words"),
    [
        ("pigeon", {}, "There is no channel 'pigeon'"),
        ("webhook", {}, "'url' (Address) is missing"),
        ("webhook", {"url": "ftp://a/"}, "must begin with https"),
        ("webhook", {"url": URL, "secret": "whsec_x"}, "not whsec_ and base64"),
        ("webhook", {"url": URL, "secret": "whsec_AAAA"}, "has 3 bytes"),
        ("webhook", {"url": URL, "colour": "red"}, "There is no value 'colour'"),
        ("email", {}, "'to' (Addresses) is missing"),
        ("email", {"to": "a@b.example, no"}, "'no' is no e-mail address"),
        ("email", {"to": "a@b.example\r\nBcc: c@d.example"}, "is no e-mail address"),
    ],
)
def test_a_bad_configuration_is_refused_with_the_reason(channel: str, values: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words.replace("(", r"\(").replace(")", r"\)")):
        targets.make("ops", channel, values, actor="ann")
    assert not Target.objects.exists()


def test_a_viewer_has_only_targets_of_their_own_account() -> None:
    ann = User.objects.create_user("ann", email="ann@example.org")
    with pytest.raises(ConfigError, match="for the whole site"):
        targets.make("x", "webhook", {"url": URL}, actor="ann", owner=ann)
    with pytest.raises(ConfigError, match="leave the addresses out"):
        targets.make("x", "email", {"to": "eve@example.org"}, actor="ann", owner=ann)
    target = targets.make("x", "email", {}, actor="ann", owner=ann)
    ann.email = "new@example.org"
    ann.save()
    assert targets.effective(Target.objects.get(pk=target.pk)).values == {"to": "new@example.org"}


def test_a_viewer_has_a_bounded_number_of_targets() -> None:
    ann = User.objects.create_user("ann")
    for number in range(targets.MOST_TARGETS):
        targets.make(f"t{number}", "inapp", {}, actor="ann", owner=ann)
    with pytest.raises(ConfigError, match="at most 10 targets"):
        targets.make("more", "inapp", {}, actor="ann", owner=ann)


def test_a_test_tells_the_real_answer(settings: Any) -> None:
    with receiver("400") as server:
        assert run("add-target", "ops", "webhook", "--value", f"url={server.url}")[0] == 0
        code, said = run("send-test", "ops")
        assert (code, "400 not this one" in said) == (1, True)
        server.mode = "ok"
        code, said = run("send-test", "ops")
        assert (code, said.startswith("Delivered in "), "200 thanks" in said) == (0, True, True)
        assert [each["type"] for each in server.bodies] == ["alarm.test"] * 2
        settings.ALLOWED_TARGETS = []
        receipt, _ = targets.test(Target.objects.get(), actor="ann")
        assert (receipt.outcome, "not an address of the public" in receipt.answer) == (Outcome.NEVER, True)


def test_the_command_lists_and_removes_targets() -> None:
    run("add-target", "ops", "webhook", "--value", f"url={URL}", "--dry-run", "--rate", "9")
    row = json.loads(run("targets", "--json")[1])
    assert (row["name"], row["channel"], row["waiting"]) == ("ops", "webhook", 0)
    assert "secret-part" not in run("targets")[1]
    assert run("add-target", "ops", "webhook", "--value", f"url={URL}")[0] == 2
    assert run("add-target", "x", "webhook", "--value", "url")[0] == 2
    assert run("remove-target", "ops") == (0, "Removed the target 'ops'.\n")
    assert run("send-test", "ops")[0] == 2


@pytest.mark.parametrize("name", channels.names())
def test_each_channel_describes_itself(name: str) -> None:
    kind = channels.named(name)
    assert (kind.name, bool(kind.title)) == (name, True)
    assert all(each.title and (each.help or not each.required) for each in kind.fields)
