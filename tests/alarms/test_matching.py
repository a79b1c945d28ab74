"""Checks which targets are told of an episode: random histories against a naive account, with restarts in between."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alarms import targets
from alarms.escalating import escalate
from alarms.expanding import Expansion
from alarms.models import DutyTurn, Episode, Message, Notice, Rule, Silence, Subscription, Target
from alarms.silencing import end, expire
from tests.alarms.making import Now, episode, notice, rule
from tests.alarms.making import end as end_episode

pytestmark = pytest.mark.django_db

AFTER = 5  # minutes until the second target is told


class Account:
    """Keeps a naive account of the messages: one at once, "boss" AFTER minutes without acknowledgement."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        self.open: dict[str, dict[str, Any]] = {}
        self.hushes: dict[str, list[datetime]] = defaultdict(list)

    def begin(self, key: str, name: str, now: datetime) -> None:
        flags = dict.fromkeys(("acked", "escalated", "quiet"), False)
        self.open[key] = {"began": now, "told": set(), "name": name, **flags}

    def tell(self, key: str, kind: str, now: datetime) -> None:
        facts = self.open[key]
        late = (now - facts["began"]).total_seconds() >= AFTER * 60
        for target in ("ann", "boss"):
            told = target in facts["told"]
            if target == "boss" and not told and (kind == "firing" or not late):
                continue
            if kind in ("again", "escalated") and facts["acked"]:
                continue
            if kind == "escalated" and target == "ann":
                continue
            if kind == "resolved" and not told:
                continue
            quiet = kind != "resolved" and self.hushes[key]
            self.rows[facts["name"]].append((target, kind, "silenced" if quiet else "delivered"))
            facts["quiet"] |= bool(quiet)
            if not quiet:
                facts["told"].add(target)

    def pass_time(self, now: datetime) -> None:
        """Ends the silences that are over; then escalates."""
        reminded = []
        for key, ends in self.hushes.items():
            over = [each for each in ends if each <= now]
            self.hushes[key] = [each for each in ends if each > now]
            facts = self.open.get(key)
            if facts and facts["quiet"] and not facts["acked"]:
                reminded += [key] * len(over)
        for key in reminded:
            self.tell(key, "again", now)
        for key, facts in self.open.items():
            late = (now - facts["began"]).total_seconds() >= AFTER * 60
            if late and not facts["acked"] and not facts["escalated"]:
                facts["escalated"] = True
                self.tell(key, "escalated", now)


class World:
    """Does the same to the tables. A process is a fresh object each time: all that counts is stored."""

    def __init__(self) -> None:
        for model in (Episode, Silence, Target, Rule):
            model.objects.all().delete()
        self.now, self.account = Now(), Account()
        self.episodes: dict[str, Episode] = {}
        for name, after in (("ann", None), ("boss", AFTER)):
            Subscription.objects.create(target=targets.make(name, "inapp", {}, actor="x"), after=after)

    def run(self) -> None:
        expire(self.now())
        escalate(self.now())
        while Expansion(self.now, most=2).step():
            pass

    def do(self, what: str, key: str, minutes: int) -> None:
        now, account = self.now(), self.account
        burning = self.episodes.get(key)
        if what == "move":
            self.now.move(minutes=minutes)
            account.pass_time(self.now())
        elif what == "fire" and not burning:
            self.episodes[key] = episode(key, started=now)
            notice(self.episodes[key], made=now)
            name = self.episodes[key].name
            account.open[key] = {
                "began": now,
                "told": set(),
                "acked": False,
                "escalated": False,
                "quiet": False,
                "name": name,
            }
            account.tell(key, "firing", now)
        elif what == "again" and burning:
            notice(burning, "again", made=now)
            account.tell(key, "again", now)
        elif what == "resolve" and burning:
            end_episode(burning, now)
            notice(burning, "resolved", made=now)
            account.tell(key, "resolved", now)
            del self.episodes[key], account.open[key]
        elif what == "ack" and burning:
            Episode.objects.filter(pk=burning.pk).update(acknowledged=now, acknowledged_by="ann")
            account.open[key]["acked"] = True
        elif what == "hush" and not account.hushes[key]:
            self.now.move(seconds=1)
            until = self.now() + timedelta(minutes=minutes)
            Silence.objects.create(rule=rule(), key=key, since=self.now(), until=until, reason="x", who="ann")
            account.hushes[key].append(until)
            account.pass_time(self.now())
        self.run()


VERBS = ["move", "move", "fire", "again", "resolve", "ack", "hush"]
acts = st.tuples(st.sampled_from(VERBS), st.sampled_from("ab"), st.integers(1, 7))


@given(st.lists(acts, min_size=5, max_size=25))
@settings(max_examples=25)
def test_targets_are_told_as_a_naive_account_says(history: list[tuple[str, str, int]]) -> None:
    world = World()
    for act in history:
        world.do(*act)
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    rows = Message.objects.order_by("id").values_list("notice__episode__name", "target_name", "notice__kind", "state")
    for name, target, kind, state in rows:
        found[name].append((target, kind, state))
    assert found == {name: rows for name, rows in world.account.rows.items() if rows}


def test_severity_key_and_rule_decide() -> None:
    other = rule("other")
    narrow: dict[str, dict[str, Any]] = {"key": {"key": "b"}, "rule": {"rule": other}, "least": {"least": "critical"}}
    narrow["all"] = {}
    for name, words in narrow.items():
        Subscription.objects.create(target=targets.make(name, "inapp", {}, actor="x"), **words)
    for each in (episode("a"), episode("b"), episode("c", rule=other), episode("d", severity="critical")):
        notice(each)
    Expansion(Now()).step()
    rows = Message.objects.order_by("id").values_list("notice__episode__key", "target_name")
    assert set(rows) == {*((key, "all") for key in "abcd"), ("b", "key"), ("c", "rule"), ("d", "least")}
    assert Notice.objects.order_by("id")[0].untold == '["least: warning is less than critical"]'


def test_only_the_target_on_duty_is_told() -> None:
    for name, (starts, ends) in {"day": ("0 8 * * *", "0 20 * * *"), "night": ("0 20 * * *", "0 8 * * *")}.items():
        target = targets.make(name, "inapp", {}, actor="x")
        Subscription.objects.create(target=target, duty="ops")
        DutyTurn.objects.create(duty="ops", target=target, starts=starts, ends=ends, zone="UTC")
    now = Now()
    notice(episode("a"))
    Expansion(now).step()
    now.move(hours=10)
    notice(episode("b"))
    Expansion(now).step()
    assert list(Message.objects.order_by("id").values_list("target_name", flat=True)) == ["day", "night"]
    assert Notice.objects.order_by("id")[0].untold == '["night: not on duty in ops"]'


def test_a_silence_until_clear_ends_with_the_last_episode_that_it_covers() -> None:
    now = Now()
    Subscription.objects.create(target=targets.make("ann", "inapp", {}, actor="x"))
    first, second = episode("a"), episode("b")
    silence = Silence.objects.create(rule=rule(), since=now(), reason="works", who="ann")
    for each, left in ((first, None), (second, now())):
        notice(each)
        end_episode(each, now())
        notice(each, "resolved")
        Expansion(now).step()
        silence.refresh_from_db()
        assert silence.ended == left
    assert silence.swallowed == 2
    assert set(Message.objects.values_list("state", "why")) == {("silenced", "Silenced by ann: works")}


def test_a_silence_that_a_person_ends_tells_of_what_still_burns() -> None:
    now = Now()
    Subscription.objects.create(target=targets.make("ann", "inapp", {}, actor="x"))
    silence = Silence.objects.create(rule=rule(), since=now(), reason="works", who="ann")
    notice(episode("a"))
    Expansion(now).step()
    end(silence, now())
    end(silence, now())
    Expansion(now).step()
    rows = Message.objects.order_by("id").values_list("notice__kind", "state")
    assert list(rows) == [("firing", "silenced"), ("again", "delivered")]
