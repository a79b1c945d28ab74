"""Checks how long the ledger is kept, its figures, and that secrets of targets follow a change of keys."""

from datetime import timedelta
from typing import Any

import pytest

from accounts import rotation
from alarms import targets
from alarms.figures import figures
from alarms.models import Episode, Message, Notice, Rule, Subscription
from alarms.notifying import Notifier
from alarms.retention import outlived
from tests.accounts.test_keyrings import item
from tests.alarms.making import T0, Now, end, episode, notice, rule, until_done
from tests.alarms.making import webhook as make_webhook

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_ledger_goes_before_its_episode_and_an_open_one_stays(settings: Any) -> None:
    settings.RETENTION_MESSAGES, settings.RETENTION_ALARMS = 10, 5
    Subscription.objects.create(target=targets.make("bell", "inapp", {}, actor="x"))
    over = episode("a")
    for each in (over, episode("b")):
        notice(each)
    end(over, T0)
    until_done(Notifier(Now(), lambda: 1.0))
    assert {model.__name__: rows.count() for model, rows in outlived(T0 + timedelta(days=6)).items()} == {
        "Message": 0,
        "Episode": 0,
        "Rule": 0,
        "Silence": 0,
    }
    later = outlived(T0 + timedelta(days=11))
    assert later[Message].delete()[0] == 4  # with their attempts
    assert later[Episode].delete()[0] == 2
    assert list(Notice.objects.values_list("episode__key", flat=True)) == ["b"]


def test_a_removed_rule_goes_after_its_last_episode(settings: Any) -> None:
    settings.RETENTION_ALARMS = 5
    for name, removed, key in (("gone", True, ""), ("told", True, "a"), ("kept", False, "")):
        found = rule(name)
        if removed:
            Rule.objects.filter(pk=found.pk).update(removed=T0)
        if key:
            episode(key, rule=found)
    assert not outlived(T0 + timedelta(days=4))[Rule].exists()
    assert [each.name for each in outlived(T0 + timedelta(days=6))[Rule]] == ["gone"]


def test_figures_count_open_episodes_and_waiting_messages() -> None:
    make_webhook("ops", "http://127.0.0.1:9/")
    notice(episode("a", severity="critical"))
    Notifier(Now(), lambda: 1.0)._expansion.step()
    found = {each.name: dict(each.values) for each in figures()}
    assert found["millrace_alarms_open"] == {("heat", "critical"): 1.0}
    assert found["millrace_messages"]["waiting",] == 1.0
    assert found["millrace_message_oldest_seconds"][()] > 0


def test_targets_are_encrypted_anew_with_the_current_key(settings: Any) -> None:
    target = targets.make("ops", "webhook", {"url": "https://a.example/x"}, actor="x")
    settings.FIELD_KEYS = f"{item('k2', bytes(range(32)))} {settings.FIELD_KEYS}"
    [kind] = [each for each in rotation.REGISTRY if each.name == "configurations of targets"]
    assert rotation.rotate(kind).anew == 1
    target.refresh_from_db()
    assert (target.config[:3], targets.opened(target).values["url"]) == ("k2:", "https://a.example/x")
