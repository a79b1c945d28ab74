"""Tests the ledger, the page of silences and the page of duty lists."""

import csv
import html
import json
import re
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains

from alarms import targets
from alarms.models import Attempt, DutyTurn, Message, Rule, Silence, Target
from streams.models import Audit
from tests.alarms import making
from tests.alarms.making import T0

pytestmark = pytest.mark.django_db


def some() -> None:
    """Makes three messages: delivered at the second attempt, failed, and silenced."""
    made = targets.make("hall", "inapp", {}, actor="ada")
    for number, (key, state, why) in enumerate(
        [
            ("boiler", "delivered", ""),
            ("attic", "failed", "Given up."),
            ("cellar", "silenced", "Silenced by ada: mended"),
        ]
    ):
        notice = making.notice(making.episode(key), suppressed=number)
        same = {"target": made, "target_name": "hall", "due": T0, "made": T0 + timedelta(minutes=number)}
        message = Message.objects.create(notice=notice, name=f"m{number}", state=state, why=why, attempts=2, **same)
        for answer in ("500 away", "200 OK") if state == "delivered" else ():
            Attempt.objects.create(message=message, at=T0, took=9, good=answer == "200 OK", answer=answer)


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("", ["cellar", "attic", "boiler"]),
        ("?state=failed", ["attic"]),
        ("?state=nonsense", ["cellar", "attic", "boiler"]),
        ("?q=mended", ["cellar"]),
        ("?q=500+away", ["boiler"]),
        ("?rule=heat", ["cellar", "attic", "boiler"]),
        ("?rule=frost", []),
        ("?target=hall&q=attic", ["attic"]),
        ("?range=2026-11-27T12:01..2026-11-27T12:02", ["attic"]),
    ],
)
def test_ledger_lists_messages_and_takes_filters(viewer: Client, query: str, keys: list[str]) -> None:
    some()
    page = viewer.get(f"/alarms/ledger/{query}").context["page"]
    assert [message.notice.episode.key for message in page] == keys


def test_ledger_as_csv_has_results_answers_and_reasons(viewer: Client) -> None:
    some()
    rows = [*csv.DictReader(b"".join(viewer.get("/alarms/ledger.csv")).decode().splitlines())]
    assert [(row["target"], row["result"], row["key"], row["attempts"], row["answer"], row["why"]) for row in rows] == [
        ("hall", "silenced", "cellar", "2", "", "Silenced by ada: mended"),
        ("hall", "failed", "attic", "2", "", "Given up."),
        ("hall", "delivered", "boiler", "2", "200 OK", ""),
    ]


def test_ledger_says_why_a_message_waits_behind_another(viewer: Client) -> None:
    some()
    Message.objects.filter(name="m1").update(state="waiting", why="", attempts=0)
    assertContains(viewer.get("/alarms/ledger/"), "It waits behind", count=0)
    Target.objects.update(resumes=timezone.now())
    assertContains(viewer.get("/alarms/ledger/"), "It waits behind a message that failed", count=1)


@pytest.mark.parametrize(("why", "shown"), [("500 away", 1), ("500 aw…", 0), ("Given up.", 1), ("", 0)])
def test_ledger_says_a_reason_once_when_the_answer_says_it_too(viewer: Client, why: str, shown: int) -> None:
    some()
    Message.objects.filter(notice__episode__key="attic").update(why=why)
    Attempt.objects.create(message=Message.objects.get(name="m1"), at=T0, took=9, good=False, answer="500 away too")
    page = viewer.get("/alarms/ledger/?state=failed").content.decode()
    assert (page.count(why) if shown and why != "500 away" else page.count("500 away")) == 1


def test_message_of_a_dry_run_is_not_called_delivered(viewer: Client) -> None:
    some()
    Attempt.objects.filter(answer="200 OK").update(answer="Dry run, nothing was called: a call")
    import_module("alarms.migrations.0002_dry_runs").name_dry_runs(apps, connection.schema_editor())
    boiler = Message.objects.get(notice__episode__key="boiler").notice.episode_id
    found = {
        state: [*viewer.get(f"/alarms/ledger/?state={state}").context["page"]] for state in ("delivered", "dry run")
    }
    assert {state: len(rows) for state, rows in found.items()} == {"delivered": 0, "dry run": 1}
    assert [number for _, number, _ in viewer.get("/alarms/ledger/").context["states"]] == [0, 0, 1, 1, 1, 0]
    rows = [*csv.DictReader(b"".join(viewer.get("/alarms/ledger.csv?q=call")).decode().splitlines())]
    assert [row["result"] for row in rows] == ["dry run"]
    assertContains(viewer.get("/alarms/ledger/"), 'result">dry run</td>')
    assertContains(viewer.get(f"/alarms/{boiler}/"), 'data-f="result">dry run</td>')


def test_silence_is_made_shown_and_ended(operator: Client, viewer: Client, busy: Rule) -> None:
    form = {"rule": "busy", "key": "", "length": "4h", "reason": "mended"}
    operator.post("/alarms/silences/new/", form)
    assertContains(viewer.get("/alarms/silences/"), "mended")
    made = Silence.objects.get()
    assert (made.rule, made.key, made.until and made.until - made.since) == (busy, "", timedelta(hours=4))
    assert viewer.post(f"/alarms/silences/{made.pk}/end/").status_code == 403
    operator.post(f"/alarms/silences/{made.pk}/end/")
    assertContains(operator.post(f"/alarms/silences/{made.pk}/end/", follow=True), "has ended already")
    assert [each.action for each in Audit.objects.order_by("pk")][-2:] == ["silence", "unsilence"]
    assert operator.post("/alarms/silences/77/end/").status_code == 404


def test_silence_leads_to_the_messages_that_it_held_back(viewer: Client) -> None:
    some()
    for since in (0, 90):  # seconds; both silences are over a minute later, for the same reason
        began = T0 + timedelta(seconds=since)
        same = {"reason": "mended", "who": "ada", "swallowed": 1}
        Silence.objects.create(since=began, until=began, ended=began + timedelta(minutes=1), **same)
    links = re.findall(r'<td[^>]*><a href="(/alarms/ledger/[^"]+)', viewer.get("/alarms/silences/").content.decode())
    pages = [viewer.get(html.unescape(link)).context["page"] for link in links]
    assert [[message.notice.episode.key for message in page] for page in pages] == [["cellar"], []]


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"reason": " "}, "Say why"),
        ({"reason": "x" * 201}, "A reason has at most 200"),
        ({"until": "soon"}, "That is no time such as"),
        ({"until": "2020-01-01T00:00Z"}, "ends in the future, within 90 days"),
        ({"length": ""}, "nothing to wait for"),
        ({"length": "3w"}, "Choose how long"),
        ({"rule": "nothing"}, "no such rule"),
    ],
)
def test_wrong_silence_is_refused_in_a_sentence(operator: Client, fields: dict[str, str], refusal: str) -> None:
    form = {"rule": "", "length": "1h", "reason": "mended"} | fields
    assertContains(operator.post("/alarms/silences/new/", form), refusal, status_code=422)
    assert not Silence.objects.exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"until": "2020-01-01T00:00"}, "until"), ({"length": ""}, "length"), ({"reason": " "}, "reason")],
)
def test_form_of_a_silence_marks_the_field_at_fault(operator: Client, fields: dict[str, str], wrong: str) -> None:
    page = operator.post("/alarms/silences/new/", {"rule": "", "length": "1h", "reason": "mended"} | fields)
    assert re.findall(r'id="([a-z]+)"[^>]* aria-invalid="true"', page.content.decode()) == [wrong]


def test_duty_list_says_who_is_on_duty_now(operator: Client, viewer: Client) -> None:
    hall = targets.make("hall", "inapp", {}, actor="ada")
    form = {"duty": "days", "target": str(hall.pk), "zone": "Europe/Berlin"}
    now = timezone.now().astimezone()
    for starts, ends in ((f"0 0 * * {now - timedelta(days=1):%a}", f"0 0 * * {now + timedelta(days=2):%a}"),):
        operator.post("/alarms/duty/new/", form | {"starts": starts.upper(), "ends": ends.upper()})
    assertContains(viewer.get("/alarms/duty/"), "<strong>on duty</strong>")
    assert viewer.post(f"/alarms/duty/{DutyTurn.objects.get().pk}/remove/").status_code == 403
    operator.post(f"/alarms/duty/{DutyTurn.objects.get().pk}/remove/")
    assert not DutyTurn.objects.exists()


def test_turn_of_days_and_times_is_said_in_words_before_it_is_added(operator: Client) -> None:
    hall = targets.make("hall", "inapp", {}, actor="ada")
    form: dict[str, Any] = {"duty": "days", "target": str(hall.pk), "begins": "00:00", "over": "00:00"}
    form |= {"zone": "Europe/Berlin", "days": [str(day) for day in range(7)]}
    shown = operator.post("/alarms/duty/new/", form | {"act": "show"})
    assertContains(shown, "every day, 00:00 to 00:00 the next day, in Europe/Berlin")
    assertContains(shown, "On duty now: <strong>hall</strong>, without an end that is near.")
    assert not DutyTurn.objects.exists()
    operator.post("/alarms/duty/new/", form | {"days": ["0", "4"], "over": "17:30"})
    assert [*DutyTurn.objects.values_list("starts", "ends", "zone")] == [
        ("0 0 * * MON,FRI", "30 17 * * MON,FRI", "Europe/Berlin")
    ]
    assertContains(operator.get("/alarms/duty/"), "Monday and Friday, 00:00 to 17:30, in Europe/Berlin")


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"duty": ""}, "The name of a duty list"),
        ({"target": "77"}, "Choose a target of the site"),
        ({"zone": "Mars/Olympus"}, "There is no time zone"),
        ({"starts": "at nine"}, "is no cron expression"),
        ({"starts": "", "ends": ""}, "Choose at least one day, and two times"),
        ({"starts": "", "ends": "", "days": "1", "begins": "9", "over": "17:00"}, "two times such as 09:00"),
    ],
)
def test_wrong_turn_is_refused_in_a_sentence(operator: Client, fields: dict[str, str], refusal: str) -> None:
    hall = targets.make("hall", "inapp", {}, actor="ada")
    form = {"duty": "days", "target": str(hall.pk), "starts": "0 9 * * MON", "ends": "0 9 * * TUE", "zone": "UTC"}
    assertContains(operator.post("/alarms/duty/new/", form | fields), refusal, status_code=422)
    assert not DutyTurn.objects.exists()


def test_ledger_says_who_was_not_told_and_why(viewer: Client) -> None:
    some()
    making.notice(
        making.episode("boiler"), untold=json.dumps(["hall: info is less than warning", "ops: not on duty in days"])
    )
    page = viewer.get("/alarms/ledger/?state=untold")
    assertContains(page, "hall: info is less than warning; ops: not on duty in days")
    assert page.context["page"].paginator.count == 1
    rows = [*csv.DictReader(b"".join(viewer.get("/alarms/ledger.csv?state=untold&target=ops")).decode().splitlines())]
    assert [(row["result"], row["target"], row["key"], row["why"]) for row in rows] == [
        ("not told", "hall", "boiler", "info is less than warning"),
        ("not told", "ops", "boiler", "not on duty in days"),
    ]
    assertContains(viewer.get("/alarms/ledger/?state=untold&q=nothing"), "Everybody who subscribes was told.")
