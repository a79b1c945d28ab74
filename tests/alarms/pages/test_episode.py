"""Tests the page of one alarm: its curve, its cause, its messages, and the acts on it."""

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from alarms import curves, links, rules
from alarms.models import Attempt, Episode, Message, Rule, RuleVersion, Silence
from alarms.spec import RuleSpec
from sql.offline.records import read
from streams.backends.embedded.stream import EmbeddedStream
from streams.models import Audit
from tests.alarms import making
from tests.alarms.making import T0
from tests.alarms.pages.conftest import signed_in, trades
from tests.dashboard.rows import alarm, at, site

pytestmark = pytest.mark.django_db


def raised(busy: Rule, **more: object) -> Episode:
    words = {"rule": busy, "stream": "trades", "severity": "critical", "level": 45, "value": 50, "peak": 60}
    return making.episode("AMZN", **(words | more))


def test_curve_shows_the_key_with_both_levels_as_they_were(viewer: Client, busy: Rule) -> None:
    for minute, number in enumerate((10, 20, 50, 60, 5)):
        trades("AMZN", T0 + timedelta(minutes=minute - 2), number)
        trades("WMT", T0 + timedelta(minutes=minute - 2), 99)
    changed = RuleSpec(**(json.loads(busy.versions.get().spec) | {"level": 55, "by": ("ticker",)}))
    rules.change(busy, "Busy tickers", changed, "grace", T0 + timedelta(minutes=1))
    shown = viewer.get(f"/alarms/{raised(busy, ended=T0 + timedelta(minutes=2)).pk}/")
    curve = shown.context["curve"]
    assert [(value, raised, cleared) for _, value, raised, cleared in curve.table()] == [
        (10, 45, 30), (20, 45, 30), (50, 45, 30), (60, 55, 30), (5, 55, 30),
    ]  # fmt: skip
    assertContains(shown, "version 1 by ada")


def test_curve_of_a_window_sums_the_steps_in_it() -> None:
    assert curves.sliding([1, None, 2, None, None, None], 3, "sum") == [1, 1, 3, 2, 2, None]
    assert curves.sliding([1, None, 2, 5], 2, "max") == [1, 1, 2, 5]


@pytest.mark.parametrize(
    ("by", "key", "where"),
    [
        (("ticker",), "AMZN", {"ticker": ("AMZN",)}),
        (("ticker",), "A | B", {"ticker": ("A | B",)}),
        (("ticker",), "AMZN | in shardId-000000000000", {"ticker": ("AMZN",)}),
        (("ticker", "side"), "A\\|B | BUY", {"ticker": ("A|B",), "side": ("BUY",)}),
        (("ticker", "side"), "NULL | BUY", {"side": ("BUY",)}),
        ((), "shardId-000000000000", {}),
    ],
)
def test_rows_of_a_key_are_found_again(by: tuple[str, ...], key: str, where: dict[str, tuple[str, ...]]) -> None:
    assert curves.where_of(RuleSpec(dataset="trades/minutes", kind="row", by=by), key) == where


def test_page_tells_who_was_told_and_who_was_not(viewer: Client, busy: Rule) -> None:
    found = raised(busy)
    notice = making.notice(found, expanded=T0, untold=json.dumps(["hall: info is less than warning"]))
    target = making.webhook("ops", "http://127.0.0.1:1/")
    same = {"target": target, "target_name": "ops", "due": T0, "made": T0}
    message = Message.objects.create(notice=notice, name="m", state="failed", attempts=2, **same)
    for good, answer in ((False, "500"), (False, "502 Bad Gateway")):
        Attempt.objects.create(message=message, at=T0, took=9, good=good, answer=answer)
    making.notice(found, "again")
    told = viewer.get(f"/alarms/{found.pk}/?state").json()["told"]
    assert [(row["notice"], row["target"], row["result"], row["answer"]) for row in told] == [
        ("again", "", "not told", "waits for `notify`"),
        ("firing", "ops", "failed", "502 Bad Gateway"),
        ("firing", "hall", "not told", "info is less than warning"),
    ]


def test_cause_is_shown_with_a_link_to_its_record_for_staff(viewer: Client, operator: Client, busy: Rule) -> None:
    cause = json.dumps({"time": 1_795_820_340_000, "place": "4217", "row": {"ticker": "<b>", "trades": 50}})
    address = f"/alarms/{raised(busy, cause=cause).pk}/"
    assertContains(viewer.get(address), "&lt;b&gt;")
    assertNotContains(viewer.get(address), "/records/")
    assertContains(operator.get(address), "/streams/trades/records/0/4217/")
    assertContains(operator.get(address), "2026-11-27 22:59:00")


def test_alarm_of_an_application_leads_to_its_own_page_and_back(viewer: Client) -> None:
    site("london")
    theirs = alarm("london", at(1), at(2))
    own = Rule.objects.create(name="orders", title="Orders", application="orders", own=True)
    ours = making.episode("london", rule=own, started=theirs.started, ended=theirs.ended)
    assertContains(viewer.get(f"/alarms/{ours.pk}/"), f'href="/orders/alarms/{theirs.pk}/"')
    assertContains(viewer.get(f"/orders/alarms/{theirs.pk}/"), "/alarms/?rule=orders&amp;key=london")


def test_alarm_is_acknowledged_once_with_a_note(viewer: Client, busy: Rule) -> None:
    found = raised(busy)
    viewer.post(f"/alarms/{found.pk}/acknowledge/", {"note": "on my  way\n"})
    assertContains(
        signed_in("bob").post(f"/alarms/{found.pk}/acknowledge/", follow=True), "eve has acknowledged it already"
    )
    found.refresh_from_db()
    assert (found.acknowledged_by, found.note.partition(", ")[2]) == ("eve", "eve: on my way\n")
    assert [(each.who, each.action) for each in Audit.objects.filter(action="acknowledge")] == [("eve", "acknowledge")]


def test_ended_alarm_takes_notes_but_no_acknowledgement(viewer: Client, busy: Rule) -> None:
    found = raised(busy, ended=T0)
    page = viewer.post(f"/alarms/{found.pk}/acknowledge/", follow=True)
    assertContains(page, "has ended already")
    assertNotContains(page, 'data-testid="acknowledge"')
    viewer.post(f"/alarms/{found.pk}/note/", {"note": "it was the pump"})
    assertContains(viewer.post(f"/alarms/{found.pk}/note/", {"note": "x" * 501}, follow=True), "at most 500 characters")
    assert Episode.objects.get().note.count("\n") == 1
    assert viewer.post("/alarms/77/note/", {"note": "x"}).status_code == 404


def test_operator_silences_the_key_of_an_alarm(viewer: Client, operator: Client, busy: Rule) -> None:
    address = f"/alarms/{raised(busy).pk}/silence/"
    assert viewer.post(address, {"length": "1h", "reason": "x"}).status_code == 403
    assertContains(operator.post(address, {"length": "1h", "reason": " "}, follow=True), "Say why")
    assertContains(
        operator.post(address, {"length": "", "reason": "mended"}, follow=True), "until it clears: mended (ada)"
    )
    made = Silence.objects.get()
    assert (made.rule, made.key, made.until, made.who) == (busy, "AMZN", None, "ada")


def test_message_leads_to_the_page_and_acknowledges_by_its_link_once(
    client: Client, viewer: Client, busy: Rule
) -> None:
    found, target = raised(busy), making.webhook("ops", "http://127.0.0.1:1/")
    assertRedirects(viewer.get(links.page(found.name)), f"/alarms/{found.pk}/")
    address = links.acknowledge(found.name, target.pk)
    assertContains(client.get(address), "Acknowledge this alarm?")  # as mail programs do that open each link
    assert Episode.objects.get().acknowledged is None
    assertContains(client.post(address, {"note": "seen"}), "in the name of ops")
    assert Episode.objects.get().acknowledged_by == "the link sent to ops"
    again = client.get(address)
    assertContains(again, "Nothing is left", status_code=410)
    assertContains(again, "It was acknowledged by the link sent to ops at", status_code=410)
    assertContains(again, "It is still open.", status_code=410)
    assert client.post(address).status_code == 410
    assert client.get("/alarms/acknowledge/" + "x" * 400 + "/").status_code == 410


def test_link_is_of_no_use_once_the_alarm_has_ended(client: Client, busy: Rule) -> None:
    found, target = raised(busy, ended=T0), making.webhook("ops", "http://127.0.0.1:1/")
    page = client.post(links.acknowledge(found.name, target.pk))
    assertContains(page, "Nobody acknowledged it: it ended at", status_code=410)
    assert Episode.objects.get().acknowledged is None


def test_version_that_cannot_be_read_leaves_the_page_whole(viewer: Client, busy: Rule) -> None:
    busy.versions.update(spec="{}")
    assertContains(viewer.get(f"/alarms/{raised(busy).pk}/"), "No value of that time is kept")
    assertContains(viewer.get("/alarms/rules/busy/"), "cannot be read")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "Equal: of 4 rows that are kept, the rule makes the same beginning, end, values and calls again."),
        ({"peak": 61}, "Not equal: of 4 rows that are kept, the rule makes the peak 60.0 instead of 61.0."),
        ({"ended": None}, "the end "),
        ({"started": T0 + timedelta(seconds=30)}, "the rule makes no alarm at that time"),
    ],
)
def test_episode_is_proved_by_the_kept_rows(viewer: Client, busy: Rule, changed: dict[str, object], words: str) -> None:
    for minute, number in enumerate((10, 50, 60, 5)):
        trades("AMZN", T0 + timedelta(minutes=minute - 1), number)
    truth = {"ended": T0 + timedelta(minutes=2), "ending": "cleared", "calls": 2}
    found = raised(busy, **(truth | changed))
    assertContains(viewer.get(f"/alarms/{found.pk}/?prove"), words)


def test_episode_that_went_on_when_its_rule_was_made_is_proved(viewer: Client, busy: Rule) -> None:
    RuleVersion.objects.update(at=T0 - timedelta(seconds=30))  # the row before it is at a time without the rule
    for minute, number in enumerate((55, 50, 60, 5)):
        trades("AMZN", T0 + timedelta(minutes=minute - 1), number)
    found = raised(busy, ended=T0 + timedelta(minutes=2), ending="cleared", calls=2)
    assertContains(viewer.get(f"/alarms/{found.pk}/?prove"), "Equal:")


def test_episode_without_kept_rows_cannot_be_proved(viewer: Client, busy: Rule) -> None:
    assertContains(viewer.get(f"/alarms/{raised(busy).pk}/?prove"), "cannot be proved any more, since")


def test_records_around_an_episode_are_kept_as_a_sample(
    operator: Client, viewer: Client, busy: Rule, settings: Settings, tmp_path: Path
) -> None:
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"
    texts = [b'{"a": 1.50}', b"GET /", b'"text"', b'{\n"b": 2}', b"\xff"]
    with closing(EmbeddedStream(tmp_path / "streams.sqlite3", "trades")) as stream:
        stream.create(1)
        stream.put([("AMZN", text) for text in texts])
    found = raised(busy, started=timezone.now(), application_version=3)
    answer = operator.get(f"/alarms/{found.pk}/sample.jsonl")
    (tmp_path / "sample.jsonl").write_bytes(answer.content)
    assert [(each.key, each.data) for each in read(tmp_path / "sample.jsonl")] == [
        ("AMZN", text) for text in texts[:-1]
    ]
    assert answer.headers["X-Sample-Cut"] == "1"  # one record is no text
    assert viewer.get(f"/alarms/{found.pk}/sample.jsonl").status_code == 403
    assertContains(operator.get(f"/alarms/{found.pk}/"), "Keep as a test")
    assertNotContains(viewer.get(f"/alarms/{found.pk}/"), "Keep as a test")
