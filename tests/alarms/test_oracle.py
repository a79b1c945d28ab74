"""The alarms of random rows, cuts, crashes, splits and changes of rules equal those of a naive oracle."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alarms import rules
from alarms.following import AlarmFollower
from alarms.models import Episode, Notice, Rule, Watched
from alarms.spec import RuleSpec
from streams import applications
from streams.applications import Application
from streams.core import clock
from streams.core.commits import Commit, HeldLease
from streams.core.hashing import HASH_SPACE, hash_key
from streams.core.records import SHARD_END
from streams.core.state import EMPTY, StateChange
from streams.declarations import Column, Dataset
from streams.models import LEASE, Member
from streams.observations import Observation
from tests.alarms.naive import Key, Row, facts

pytestmark = pytest.mark.django_db
SECOND, START = 1000, 1_700_000_000_000
KEYS = ["a", "b", "c"]  # both halves of the hash space have some
NOBODY: Any = None
FAKE = Application(
    **dict.fromkeys(("decode", "build", "sink", "inherit", "set_back"), NOBODY),
    name="fake",
    title="Fake",
    observe=lambda results, outputs: results,
    datasets=lambda: [
        Dataset(
            **dict.fromkeys(("series", "rows", "values"), NOBODY),
            name="fake/out",
            title="Rows",
            application="fake",
            columns=[Column(name="k", kind="text"), Column(name="v", kind="number")],
            delay=0,
            partition="k",
        )
    ],
)

seconds = st.integers(1, 12).map(SECOND.__mul__)


@st.composite
def specs(draw: st.DrawFn, by: tuple[str, ...] = ("k",)) -> RuleSpec:
    kind = draw(st.sampled_from(["above", "above", "below", "absent", "row"]))
    fields: dict[str, Any] = {name: draw(seconds) for name in ("quiet", "interval")}
    fields["lapse"] = draw(st.just(0) | seconds)
    fields["suppress"] = draw(st.sampled_from(["interval", "episode"]))
    if kind in ("above", "below"):
        gap = draw(st.integers(0, 3)) * (1 if kind == "below" else -1)
        level = draw(st.integers(2, 8))
        fields |= {"column": "v", "level": level, "clear": level + gap, "hold": draw(st.just(0) | seconds)}
        fields |= {"window": draw(st.just(0) | seconds), "function": draw(st.sampled_from(["sum", "count", "max"]))}
    if kind == "absent":
        fields["after"] = draw(seconds)
    return RuleSpec(**fields, dataset="fake/out", kind=kind, by=by)  # type: ignore[arg-type]  # one of KINDS


ROW = st.tuples(st.just("row"), st.sampled_from(KEYS), st.none() | st.integers(0, 10).map(float))
TICK = st.tuples(st.just("tick"), st.integers(1, 6))
CUT = st.tuples(st.sampled_from(["commit", "commit", "crash", "fail"]))
MOVE = st.tuples(st.sampled_from(["split", "change", "off"]))


class Line:
    """A stream of one application, its follower, and the findings that the oracle expects."""

    def __init__(self, specs: list[RuleSpec], whole: bool) -> None:
        self.whole, self.now, self.placed = whole, START, 0
        self.rule = rules.make("rule", "Rule", specs[0], "ada", datetime.now(UTC))
        self.specs = specs
        self.leases = [HeldLease("fake", "s", "shard", "me", 1, "", EMPTY, START)]
        self.pending: list[Observation] = []
        self.expected: list[tuple[Any, ...]] = []
        self.told: list[tuple[Any, ...]] = []
        self.crash()
        self.begin()
        self.commit()

    def begin(self) -> None:
        self.began, self.rows = self.now, dict[str, list[Row]]()

    def row(self, key: str, value: float | None) -> None:
        self.placed += 1
        self.pending.append(Observation("out", self.now, {"k": key, "v": value}, str(self.placed)))
        name = key if self.rule_spec.by else ""
        self.rows.setdefault(name, []).append((self.now, value, str(self.placed)))

    def tick(self, number: int) -> None:
        self.now += number * SECOND

    def commit(self, *, ends: bool = False, fails: bool = False) -> None:
        for place, held in enumerate(self.leases):
            rows = [each for each in self.pending if held.hash_start <= hash_key(each.values["k"]) <= held.hash_end]
            end = SHARD_END.kind if ends else ""
            commit: Commit[Any] = Commit(end, self.now, StateChange(), rows or None)
            found = self.follower.prepare(held, commit)
            if fails:
                self.follower.forget(held)
                continue
            with transaction.atomic():
                if found is not None:
                    self.follower.write(found)
            self.leases[place] = held._replace(watermark=self.now)
        if not fails:
            self.pending = []

    def fail(self) -> None:
        self.commit(fails=True)

    def crash(self) -> None:
        self.follower = AlarmFollower(FAKE, "s", self.whole)

    def split(self) -> None:
        if self.whole or len(self.leases) > 1:
            return
        self.commit(ends=True)
        held, middle = self.leases[0], HASH_SPACE // 2
        self.leases = [
            held._replace(shard="left", hash_end=middle - 1),
            held._replace(shard="right", hash_start=middle),
        ]

    def change(self) -> None:
        self.commit()
        self.expect("rule changed")
        self.specs = [*self.specs[1:], self.specs[0]]
        self.rule = rules.change(self.rule, "Rule", self.rule_spec, "ada", datetime.now(UTC))
        self.begin()

    def off(self) -> None:
        self.commit()
        rules.enable(self.rule, "ada", enabled=False)
        self.commit()
        self.expect("rule removed")
        rules.enable(self.rule, "ada", enabled=True)
        self.begin()

    @property
    def rule_spec(self) -> RuleSpec:
        return self.specs[0]

    def expect(self, ending: str = "") -> None:
        """Asks the oracle for the time since the rule began."""
        waits = self.rule_spec.kind == "absent" and not self.rule_spec.by
        for name in {*self.rows, *([""] if waits else [])}:
            key = Key(self.rule_spec, self.rows.get(name, []), self.began if waits else None)
            found = key.run(self.began, self.now)
            for each in key.stop(self.now, ending) if ending else found:
                self.expected.append(facts(name, self.rule.version, each))
                self.told += [(name, each.started, *notice) for notice in each.notices]

    def found(self) -> Iterator[tuple[Any, ...]]:
        for each in Episode.objects.all():
            ended = None if each.ended is None else clock.from_datetime(each.ended)
            times = (clock.from_datetime(each.started), ended, each.ending, each.value, each.peak)
            yield (each.key, each.rule_version, *times, each.calls, each.notices, each.suppressed)

    def found_told(self) -> Iterator[tuple[Any, ...]]:
        for each in Notice.objects.select_related("episode"):
            times = (clock.from_datetime(each.episode.started), each.kind, clock.from_datetime(each.at))
            yield (each.episode.key, *times, each.value, each.suppressed)


def as_text(rows: Any) -> list[str]:
    return sorted(map(str, rows))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake's dataset is known, changes take effect at once, and windows move on by milliseconds."""
    monkeypatch.setattr(applications, "datasets", lambda: list(FAKE.datasets()))
    monkeypatch.setattr("alarms.active.FRESH", -1.0)
    monkeypatch.setattr("alarms.evaluation.PLACES", 10**9)


def check(wanted: list[RuleSpec], acts: list[tuple[Any, ...]], *, whole: bool) -> None:
    for model in (Notice, Episode, Watched, Rule, Member):
        model._default_manager.all().delete()
    Member.objects.create(application="fake", stream="s", owner="me", expires=Now() + LEASE)
    line = Line(wanted, whole)
    for act, *rest in [*acts, ("tick", 30), ("commit",)]:
        getattr(line, act)(*rest)
    line.expect()
    assert as_text(line.found()) == as_text(line.expected)
    assert as_text(line.found_told()) == as_text(line.told)


FEW = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
ACTS = st.lists(st.one_of(ROW, ROW, ROW, TICK, CUT, MOVE), max_size=40)


@FEW
@given(wanted=st.lists(specs(), min_size=1, max_size=2), acts=ACTS)
def test_alarms_of_keys_equal_the_naive_ones(wanted: list[RuleSpec], acts: list[tuple[Any, ...]]) -> None:
    check(wanted, acts, whole=False)


@FEW
@given(wanted=st.lists(specs(by=()), min_size=1, max_size=2), acts=ACTS)
def test_alarms_of_a_whole_output_equal_the_naive_ones(wanted: list[RuleSpec], acts: list[tuple[Any, ...]]) -> None:
    check(wanted, acts, whole=True)
