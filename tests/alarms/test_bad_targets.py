"""Checks that targets that hang, fail, close or drip delay nobody else, and that a lease is taken over."""

import random
import time
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.utils import timezone

from alarms.models import Message, Target
from alarms.notifying import Notifier
from alarms.queues import LEASE, claim, new_owner
from tests.alarms.making import Now, episode, notice, until_done, webhook
from tests.alarms.receivers import BAD, receiver

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = timedelta(seconds=1)
PROMISE = 2.0  # seconds that bad targets may delay the others
HANGING = 30  # targets beside the one of each other kind


def test_bad_targets_delay_the_others_by_less_than_two_seconds() -> None:
    with ExitStack() as stack:
        for mode in BAD:
            bad = stack.enter_context(receiver(mode))
            for number in range(HANGING if mode == "hang" else 1):
                webhook(f"{mode}{number}", f"{bad.url}{number}")
        good = stack.enter_context(receiver())
        webhook("good", good.url)
        work = Notifier(timezone.now, random.random)
        delays = []
        for number in range(4):
            notice(episode(f"k{number}"), made=timezone.now())
            began = time.monotonic()
            while len(good.posts) <= number:
                assert time.monotonic() - began < 30
                if not work.step():
                    work.wait(0.05)
            delays.append(time.monotonic() - began)
        assert min(delays) < PROMISE  # a busy machine adds to some of them; what hangs, to each
        hanging = Message.objects.filter(target_name="hang0", state="waiting")
        assert hanging.count() == 4
    work.finish()  # the receivers are gone, and with them the attempts


def test_the_lease_of_a_process_that_died_is_taken_at_once() -> None:
    target = webhook("ops", "http://127.0.0.1:9/")
    notice(episode())
    now = Now()
    me = new_owner()
    host = me.partition(":")[0]
    Notifier(now, lambda: 1.0)._expansion.step()
    for owner, free in ((f"{host}:999999999:x", True), (f"{host}:1:x", False), ("elsewhere:1:x", False)):
        Target.objects.update(lease_owner=owner, lease_until=now.at + LEASE)
        assert claim(me, now.at, [], 5) == ([target] if free else [])
    for until in (now.at - SECOND, now.at + 2 * LEASE):  # the latter of a clock that was set back
        Target.objects.update(lease_owner="elsewhere:1:x", lease_until=until)
        assert claim(me, now.at, [], 5) == [target]


def test_two_processes_share_the_targets() -> None:
    now = Now()
    with receiver() as server:
        for name in "abcd":
            webhook(name, server.url)
        first, second = Notifier(now, lambda: 1.0), Notifier(now, lambda: 1.0)
        for number in range(5):
            notice(episode(f"k{number}"))
            first.step()
            second.step()
        until_done(first)
        until_done(second)
        assert len(server.names) == 20
        assert len(server.once) == 20
