"""Checks the way of a notice from the table to the receiver, and its lines in the ledger."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError, connection, transaction

from alarms import queues
from alarms.delivering import BATCH
from alarms.expanding import Expansion, queue
from alarms.jobs import Known
from alarms.models import Attempt, Message, Notice, Target
from alarms.notifying import Notifier
from alarms.queues import Place
from streams.models.statements import insert
from tests.alarms.making import T0, Now, end, episode, notice, states, until_done, webhook
from tests.alarms.receivers import receiver
from tests.waiting import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def notifier(now: Now) -> Notifier:
    return Notifier(now, lambda: 1.0)


def test_a_notice_reaches_its_receiver_once() -> None:
    with receiver() as server:
        webhook("ops", server.url)
        notice(episode())
        until_done(notifier(Now()))
        until_done(notifier(Now()))
    message = Message.objects.get()
    assert (server.names, states()) == ([message.name], [("ops", "delivered", 1)])
    assert server.bodies[0]["type"] == "alarm.firing"
    assert server.bodies[0]["data"]["key"] == "a"
    assert [(each.good, each.answer) for each in Attempt.objects.all()] == [(True, "200 thanks")]


def test_firing_is_told_before_resolved_also_after_failures() -> None:
    now = Now()
    with receiver("500") as server:
        webhook("ops", server.url)
        for key in "abc":
            burning = episode(key)
            notice(burning)
            end(burning, T0)
            notice(burning, "resolved")
        work = notifier(now)
        until_done(work)
        server.mode = "ok"
        for _ in range(3):
            now.move(seconds=5)
            until_done(work)
    kinds = [(each["data"]["key"], each["type"]) for each in server.bodies]
    assert kinds[0] == kinds[1]  # tried again, with nothing else between
    assert kinds[1:] == [(key, f"alarm.{kind}") for key in "abc" for kind in ("firing", "resolved")]
    assert len(server.once) == 6


def test_messages_are_told_after_a_clock_that_was_ahead_by_years_is_set_back() -> None:
    now = Now(T0 + timedelta(days=2000))
    with receiver("500") as server:
        webhook("ops", server.url)
        notice(episode())
        work = notifier(now)
        until_done(work)
        server.mode = "ok"
        now.at = T0
        until_done(work)
    assert states() == [("ops", "delivered", 2)]


def test_a_refused_message_holds_back_its_own_episode_alone() -> None:
    now = Now()
    with receiver("400") as server:
        webhook("ops", server.url)
        burning = episode("a")
        notice(burning)
        work = notifier(now)
        until_done(work)
        server.mode = "ok"
        end(burning, T0)
        notice(burning, "resolved")
        notice(episode("b"))
        until_done(work)
        assert [each["data"]["key"] for each in server.bodies] == ["a", "b"]
        now.move(seconds=5)
        until_done(work)
    assert [each["type"] for each in server.bodies[2:]] == ["alarm.firing", "alarm.resolved"]


def test_waits_grow_until_a_message_fails_after_a_day() -> None:
    now = Now()
    with receiver("500") as server:
        webhook("ops", server.url)
        notice(episode())
        work = notifier(now)
        waits: list[float] = []
        while Message.objects.filter(state="waiting").exists() or not waits:
            assert len(waits) < 200
            until_done(work)
            due = Target.objects.get().resumes
            assert due is not None
            waits.append((due - now.at).total_seconds())
            now.at = due
        assert waits[:4] == [1, 2, 4, 8]
        assert max(waits) == 900
    message = Message.objects.get()
    assert (message.state, message.why) == ("failed", "500 broken")
    assert (now.at - T0).total_seconds() > 24 * 3600


def test_an_address_of_the_own_network_fails_at_once(settings: Any) -> None:
    webhook("ops", "http://127.0.0.1:9/")
    settings.ALLOWED_TARGETS = []
    notice(episode())
    until_done(notifier(Now()))
    message = Message.objects.get()
    assert message.state == "failed"
    assert "not an address of the public internet" in message.why


def test_a_target_that_is_off_is_shown_as_not_told() -> None:
    target = webhook("ops", "http://127.0.0.1:9/")
    Target.objects.filter(pk=target.pk).update(enabled=False)
    notice(episode())
    until_done(notifier(Now()))
    assert states() == [("ops", "dropped", 0)]
    assert Message.objects.get().why == "The target is switched off."


def test_a_notice_about_which_nobody_wants_to_know_says_so() -> None:
    notice(episode())
    until_done(notifier(Now()))
    assert Notice.objects.get().untold == '["No subscription is about this rule and key."]'


@pytest.mark.parametrize("mode", ["redirect", "long", "close"])
def test_a_receiver_with_a_strange_answer_is_bounded(mode: str) -> None:
    with receiver(mode) as server:
        webhook("ops", server.url)
        notice(episode())
        until_done(notifier(Now()))
        attempt = Attempt.objects.get()
        assert (attempt.good, len(server.posts)) == (mode == "long", 1)
        assert len(attempt.answer) <= 500


def test_waiting_messages_of_many_targets_are_read_by_two_queries(django_assert_num_queries: Any) -> None:
    names = {webhook(f"t{number}", "http://127.0.0.1:9/").pk: number for number in range(3)}
    for kind in ("firing", "again"):
        notice(episode(), kind)
    Expansion(Now()).step()
    first = Message.objects.order_by("id")[0]
    places = [Place(target, first.id if number == 0 else 0, number or BATCH) for target, number in names.items()]
    with django_assert_num_queries(2):
        found = queues.waiting(places, T0, {}, Known())
    kinds = {names[target]: [job.letter.kind for job in jobs] for target, jobs in found.items()}
    assert kinds == {0: ["again"], 1: ["firing"], 2: ["firing", "again"]}


def test_notices_that_wait_are_found_by_their_index() -> None:
    [index] = Notice._meta.indexes
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # which an empty table is worth
        plan = queue()[:1].explain()
    if connection.vendor in ("sqlite", "postgresql"):
        assert (index.name in plan, "Sort" in plan) == (True, False)


def test_requests_go_on_while_the_database_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alarms.sending.LONGEST", 60.0)
    with receiver() as server:
        webhook("ops", server.url)
        for key in "abc":
            notice(episode(key))
        work = notifier(Now())
        work.step()
        with work._delivery.senders.going_on():
            wait_for(lambda: len(server.posts) == 3)
        until_done(work)
    assert states() == [("ops", "delivered", 1)] * 3


def test_messages_that_this_process_made_are_read_by_one_query_and_are_the_same(django_assert_num_queries: Any) -> None:
    target = webhook("ops", "http://127.0.0.1:9/").pk
    burning = episode("é")
    notice(burning)
    end(burning, T0)
    for kind in ("again", "resolved"):
        notice(burning, kind)
    known = Known(most=2)
    Expansion(Now(), known).step()
    places = [Place(target, 0, BATCH)]
    expected = queues.waiting(places, T0, {}, Known())
    with django_assert_num_queries(1):
        first = queues.waiting([Place(target, 0, 2)], T0, {}, known)[target]
    with django_assert_num_queries(2):
        rest = queues.waiting([Place(target, first[-1].id, 1)], T0, {}, known)[target]
    assert ([*first, *rest], len(rest)) == (expected[target], 1)


def test_facts_of_a_target_that_is_not_served_are_forgotten() -> None:
    targets = [webhook(name, "http://127.0.0.1:9/").pk for name in "ab"]
    notice(episode())
    known = Known()
    Expansion(Now(), known).step()
    known.keep(targets[:1])
    held = {each.target_id: known.pop(each.target_id or 0, each.name) is None for each in Message.objects.all()}
    assert held == {targets[0]: False, targets[1]: True}


def test_text_that_a_column_does_not_hold_is_refused_rather_than_cut() -> None:
    webhook("ops", "http://127.0.0.1:9/")
    notice(episode())
    Expansion(Now()).step()
    row = (Message.objects.get().pk, T0, 1, True, "x" * 501)
    if connection.vendor != "sqlite":  # which holds any length
        with pytest.raises(DataError):
            insert(Attempt, queues.ATTEMPT, [row])
    insert(Attempt, queues.ATTEMPT, [(*row[:4], "x" * 500), (*row[:4], "")])
    assert [each.answer for each in Attempt.objects.order_by("id")] == ["x" * 500, ""]
