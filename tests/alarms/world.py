"""Streams in memory with real workers and rules, for tests of alarms."""

import json
from typing import Any

import pytest

from alarms import rules, spec
from alarms.models import Episode, Notice, Rule
from streams import wiring
from streams.core import clock
from streams.core.records import TRIM_HORIZON
from streams.engine.worker import Worker
from tests.fakes import FakeClock, MemoryStream

NOON = clock.from_iso("2026-11-22T14:00:00Z")  # the time at which a FakeClock begins


class World:
    """One stream in memory, and the worker of one application on it."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, application: str, stream: str = "", shards: int = 1, **options: Any
    ) -> None:
        self.clock = FakeClock()
        self.application, self.options = application, options
        self.stream = MemoryStream(stream or application, self.clock)
        self.stream.create(shards)
        monkeypatch.setattr(wiring, "open_stream", lambda name: self.stream)
        monkeypatch.setattr("alarms.active.FRESH", 0.0)  # a change of a rule takes effect with the next commit
        self.worker: Worker[Any, Any] | None = None

    def put(self, *entries: tuple[str, Any]) -> None:
        self.stream.put([(key, json.dumps(value).encode()) for key, value in entries])

    def tick(self, milliseconds: int) -> None:
        self.clock.advance(milliseconds)

    def settle(self, steps: int = 3) -> None:
        """Steps the worker until it has read everything."""
        self.worker = self.worker or wiring.build_worker(
            self.application, self.stream.name, TRIM_HORIZON, **self.options
        )
        for _ in range(steps):
            self.worker.step()

    def crash(self) -> None:
        """Drops the worker; the next one goes on from the last commit."""
        if self.worker:
            self.worker.close()
        self.worker = None


def make(name: str, **fields: Any) -> Rule:
    """Makes a rule as an operator does."""
    return rules.make(name, name.title(), spec.RuleSpec(**fields), "ada", clock.to_datetime(NOON))


def seconds(moment: Any) -> float | None:
    """Returns a time as seconds after NOON."""
    return None if moment is None else (clock.from_datetime(moment) - NOON) / clock.SECOND


def episodes(**names: Any) -> list[tuple[Any, ...]]:
    """Returns (key, started, ended, peak, calls) of the episodes, in the order in which they were stored."""
    found = Episode.objects.filter(**names).order_by("started", "key")
    return [(each.key, seconds(each.started), seconds(each.ended), each.peak, each.calls) for each in found]


def notices(**names: Any) -> list[tuple[Any, ...]]:
    """Returns (key, kind, at, suppressed) of the notices, in the order in which they are told."""
    found = Notice.objects.filter(**names).select_related("episode").order_by("pk")
    return [(each.episode.key, each.kind, seconds(each.at), each.suppressed) for each in found]
