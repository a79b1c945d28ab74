"""Makes rules, episodes, notices and targets, as workers and operators would."""

import hashlib
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from alarms import targets
from alarms.models import Episode, Message, Notice, Rule, Subscription, Target
from alarms.notifying import Notifier

T0 = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
_count = itertools.count()


class Now:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = T0) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **kwargs: float) -> None:
        self.at += timedelta(**kwargs)


def rule(name: str = "heat") -> Rule:
    return Rule.objects.get_or_create(name=name, defaults={"title": f"The {name}", "application": "orders"})[0]


def episode(key: str = "a", **kwargs: Any) -> Episode:
    name = hashlib.sha256(f"{key}{next(_count)}".encode()).hexdigest()
    words: dict[str, Any] = {
        "rule_version": 1,
        "stream": "orders",
        "severity": "warning",
        "started": T0,
    } | kwargs
    return Episode.objects.create(name=name, shard="0", rule=words.pop("rule", None) or rule(), key=key, **words)


def notice(of: Episode, kind: str = "firing", **kwargs: Any) -> Notice:
    name = hashlib.sha256(f"{of.name}{kind}{next(_count)}".encode()).hexdigest()
    words: dict[str, Any] = {"at": of.started, "made": T0, "value": 31.0} | kwargs
    return Notice.objects.create(name=name, episode=of, kind=kind, **words)


def webhook(name: str, url: str, **kwargs: Any) -> Target:
    """Returns a target that is told of everything."""
    target = targets.make(name, "webhook", {"url": url}, actor="test", **kwargs)
    Subscription.objects.create(target=target)
    return target


def end(of: Episode, at: datetime) -> None:
    Episode.objects.filter(pk=of.pk).update(ended=at)


def until_done(notifier: Notifier, steps: int = 20_000) -> None:
    """Steps until nothing is due and nothing is being sent."""
    for _ in range(steps):
        if not notifier.step():
            if notifier.is_done:
                return notifier.finish()  # gives the leases back
            notifier.wait(0.05)
    raise AssertionError("notify never came to rest")


def states() -> list[tuple[str, str, int]]:
    """Returns the ledger: target, state, attempts."""
    return list(Message.objects.order_by("id").values_list("target_name", "state", "attempts"))
