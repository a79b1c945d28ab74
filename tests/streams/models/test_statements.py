"""Tests the statements of commits: they change the same rows as Django's own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from alarms.models import Episode, Notice, Rule
from applications.orders.models import SiteSecond
from sql.live.models import SqlDraft
from streams.models import Lease, RollupMark
from streams.models.statements import insert, update
from streams.models.upsert import upsert

THEN = datetime(2026, 11, 22, 14, 0, 0, 123_000, UTC)


@pytest.mark.django_db
def test_update_sets_adds_and_dates_the_rows_of_a_key() -> None:
    Lease.objects.create(application="a", stream="s", shard="1", applied=5)
    Lease.objects.create(application="a", stream="s", shard="2", applied=5)
    key, put = {"application": "a", "shard": "2", "current": True}, {"watermark": THEN, "state": b"\0\xff"}
    assert update(Lease, key, put, added={"applied": 3}, later={"expires": timedelta(seconds=5)}) == 1
    assert update(Lease, key | {"shard": "3"}, put) == 0
    changed, same = Lease.objects.get(shard="2"), Lease.objects.get(shard="1")
    assert (changed.applied, changed.watermark, bytes(changed.state)) == (8, THEN, b"\0\xff")
    assert (same.applied, same.watermark, same.expires) == (5, None, None)
    within = Lease.objects.filter(expires__gt=Now() + timedelta(seconds=3), expires__lte=Now() + timedelta(seconds=5))
    assert [lease.shard for lease in within] == ["2"]


@pytest.mark.django_db
def test_insert_adds_rows() -> None:
    minutes = [THEN + timedelta(minutes=number) for number in range(301)]  # of three columns, 300 fill a statement
    insert(RollupMark, ("application", "stream", "minute"), [("a", "s", minute) for minute in minutes])
    assert list(RollupMark.objects.values_list("application", "stream", "minute").order_by("minute")) == [
        ("a", "s", minute) for minute in minutes
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, 180, 181, 400])  # 180 rows of five columns fill a statement
def test_insert_leaves_out_rows_that_exist(count: int) -> None:
    def rows(lines: int) -> list[tuple[str, str, datetime, int, int]]:
        return [("orders", f"{number:03}", THEN, lines, lines) for number in range(count)]

    columns = ("stream", "site", "second", "lines", "peak")
    insert(SiteSecond, columns, rows(1)[::2])
    insert(SiteSecond, columns, rows(2), ignore=True)
    found = SiteSecond.objects.order_by("site").values_list("site", "lines")
    assert list(found) == [(f"{number:03}", 1 + number % 2) for number in range(count)]


def stored_notices(values: list[float], *, overwrite: bool) -> list[tuple[Any, ...]]:
    """Writes notices "0", "1" …, and returns all that are stored: name, value, whether it is of this minute."""
    rows = [(str(number), 1, "firing", THEN, value, 0, "") for number, value in enumerate(values)]
    columns = ("name", "episode", "kind", "at", "value", "suppressed", "untold")
    insert(Notice, columns, rows, ignore=True, key="name", overwrite=["value"] if overwrite else (), now="made")
    recent = Q(made__gt=Now() - timedelta(minutes=1), made__lte=Now())
    found = Notice.objects.order_by("id").annotate(recent=Exists(Notice.objects.filter(recent, pk=OuterRef("pk"))))
    return list(found.values_list("name", "value", "recent"))


@pytest.mark.django_db
def test_insert_takes_the_time_of_the_database_and_overwrites_when_a_key_exists() -> None:
    rule = Rule.objects.create(name="r", title="R", application="orders")
    Episode.objects.create(pk=1, name="e", rule=rule, rule_version=1, severity="info", started=THEN)
    assert stored_notices([1.0], overwrite=True) == [("0", 1.0, True)]
    assert stored_notices([2.0, 3.0], overwrite=False) == [("0", 1.0, True), ("1", 3.0, True)]
    assert stored_notices([4.0, 5.0], overwrite=True) == [("0", 4.0, True), ("1", 5.0, True)]


@pytest.mark.django_db
def test_insert_keeps_any_sign_and_number() -> None:
    rule = Rule.objects.create(name="r", title="R", application="orders")
    Episode.objects.create(pk=1, name="e", rule=rule, rule_version=1, severity="info", started=THEN)
    texts = ["", "NULL", 'a"b', "a\\b", "\\", "{a,b}", "it's", " é\n%s ", "’"]
    numbers = [None, 0.0, -1.5, 1e300, 5e-324, 0.1, 31.0, None, 2.0]
    ats = [THEN + timedelta(microseconds=number) for number in range(len(texts))]
    rows = [(str(n), 1, "firing", ats[n], numbers[n], n, texts[n], THEN) for n in range(len(texts))]
    columns = ("name", "episode", "kind", "at", "value", "suppressed", "untold", "made")
    insert(Notice, columns, rows)
    insert(Notice, columns, [("alone", *rows[2][1:])])
    assert list(Notice.objects.order_by("id").values_list(*columns)) == [*rows, ("alone", *rows[2][1:])]


@pytest.mark.django_db
def test_update_changes_rows_by_their_ids() -> None:
    names = [RollupMark.objects.create(application=name, stream="s", minute=THEN).pk for name in "abc"]
    assert update(RollupMark, {"stream": "s"}, {"stream": "t"}, ids=names[1:]) == 2
    assert update(RollupMark, {"stream": "s"}, {"stream": "u"}, ids=names[1:]) == 0
    assert update(RollupMark, {}, {"stream": "u"}, ids=[]) == 0
    assert list(RollupMark.objects.order_by("id").values_list("stream", flat=True)) == ["s", "t", "t"]


@pytest.mark.django_db
def test_upsert_adds_new_rows_and_overwrites_those_of_the_same_key() -> None:
    def second(site: str, lines: int) -> SiteSecond:
        return SiteSecond(stream="orders", site=site, second=THEN, lines=lines, peak=lines)

    key = ["stream", "site", "second"]
    upsert([second("a", 1), second("b", 2)], key)
    upsert([second("b", 3), second("é", 4)], key)
    found = SiteSecond.objects.order_by("site").values_list("site", "second", "lines", "peak")
    assert list(found) == [("a", THEN, 1, 1), ("b", THEN, 3, 3), ("é", THEN, 4, 4)]


@pytest.mark.django_db
def test_upsert_finds_rows_by_the_key_of_another_table() -> None:
    user = get_user_model().objects.create(email="a@example.com")
    for code in ("one", "two"):
        upsert([SqlDraft(user=user, name="n", saved=THEN, script=code, chosen={"tab": code})], ["user", "name"])
    assert list(SqlDraft.objects.values_list("user", "script", "chosen")) == [(user.pk, "two", {"tab": "two"})]
