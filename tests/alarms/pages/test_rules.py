"""Tests the pages of rules: the form offers existing outputs and columns, refuses in sentences, and keeps versions."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as some
from msgspec.structs import replace
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from alarms import curves, recounting, rules
from alarms.models import Rule
from alarms.pages import rule_form
from alarms.spec import RuleSpec, SpecError, read
from alarms.wording import differences, length, sentences, short
from dashboard import ranges
from streams.core import clock
from tests.alarms import making
from tests.alarms.pages.conftest import BUSY, trades

pytestmark = pytest.mark.django_db
FORM = {"title": "Busy tickers", "dataset": "trades/minutes", "kind": "above", "column": "trades", "by": ["ticker"]}
FORM |= {"level": "45", "clear": "30", "severity": "critical", "suppress": "interval", "interval": "1m", "quiet": "1m"}


def kept(client: Client, **fields: object) -> str:
    """Sends the form to be kept; returns the refusal, "" for none."""
    answer = client.post("/alarms/rules/new/", FORM | fields | {"act": "keep"})
    return "" if answer.status_code == 302 else str(answer.context["refusal"])


def test_form_makes_a_rule_with_a_name_of_its_title(operator: Client) -> None:
    assert kept(operator) == ""
    rule = Rule.objects.get()
    assert (rule.name, rule.title, read(rule.versions.get().spec)) == ("busy-tickers", "Busy tickers", BUSY)


def test_form_without_an_interval_makes_the_rule_that_its_placeholder_says(operator: Client) -> None:
    first = {name: value for name, value in FORM.items() if name in ("title", "kind", "dataset")}
    assert operator.post("/alarms/rules/new/", first | {"act": "show"}).context["given"]["interval"] == "1m"
    assert (kept(operator, interval=""), read(Rule.objects.get().versions.get().spec)) == ("", BUSY)


def test_form_keeps_an_interval_of_nothing() -> None:
    spec = replace(BUSY, interval=0)
    given = rule_form.EMPTY | rule_form.of_spec(spec, "Busy tickers")
    assert (given["interval"], rule_form.spec_of(given)) == ("0", spec)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"level": "much"}, "Raise level: 'much' is no number."),
        ({"level": ""}, "The rule needs a level."),
        ({"clear": "50"}, "The clear level 50 is above the level 45"),
        ({"column": ""}, "needs a column"),
        ({"column": "side"}, "holds no numbers"),
        ({"by": ["price"]}, "has no column 'price'"),
        ({"dataset": "orders/nothing"}, "There is no output 'orders/nothing'."),
        ({"hold": "a while"}, "Held for: 'a while' is no length of time such as 30s, 5m, 1h or 2d."),
        ({"title": ""}, "A rule's title is 1 to 120 characters"),
        ({"name": "Ä"}, "A rule's name is 1 to 64 lower-case letters"),
        ({"kind": "sideways"}, "Choose what raises the alarm"),
        ({"kind": "absent", "after": ""}, "for how long rows must be absent"),
    ],
)
def test_form_refuses_wrong_values_in_sentences(operator: Client, fields: dict[str, object], refusal: str) -> None:
    assert refusal in kept(operator, **fields)
    assert not Rule.objects.exists()


def test_form_offers_outputs_columns_and_values_that_exist(operator: Client) -> None:
    trades("AMZN", timezone.now() - timedelta(minutes=3), 40)
    shown = operator.post("/alarms/rules/new/", FORM | {"where_column": "ticker", "act": "show"})
    assert "trades/minutes" in [each.name for each in shown.context["datasets"]]
    assert [each.name for each in shown.context["texts"]] == ["ticker", "side"]
    assert (shown.context["values"], shown.context["keys"], shown.context["shown"]) == (["AMZN"], ["AMZN"], "AMZN")
    assert [value for _, value, _, _ in shown.context["curve"].table()] == [40]
    assertContains(shown, 'id="raise-slider"')


def test_form_that_is_not_filled_yet_refuses_nothing(operator: Client) -> None:
    assertNotContains(operator.get("/alarms/rules/new/"), 'data-testid="refusal"')
    page = operator.post("/alarms/rules/new/", {"dataset": "trades/minutes", "kind": "above", "act": "show"})
    assertNotContains(page, 'data-testid="refusal"')
    assertContains(page, "Choose a column to see its curve")


def test_change_is_a_new_version_that_says_what_it_changed(operator: Client, busy: Rule) -> None:
    edit = operator.get("/alarms/rules/busy/edit/")
    assert {name: edit.context["given"][name] for name in FORM} == FORM
    operator.post("/alarms/rules/busy/edit/", FORM | {"level": "50", "act": "keep"})
    assertContains(operator.get("/alarms/rules/busy/"), "level 50 instead of 45")
    assert Rule.objects.get().version == 2


def test_rule_is_turned_off_on_and_removed_after_a_question(operator: Client, busy: Rule) -> None:
    making.episode("AMZN", rule=busy)
    assertContains(operator.get("/alarms/rules/busy/disable/"), "1 open alarm of it ends at the next commit")
    operator.post("/alarms/rules/busy/disable/")
    assertContains(operator.get("/alarms/rules/"), "<strong>off</strong>")
    operator.post("/alarms/rules/busy/enable/")
    assertRedirects(operator.post("/alarms/rules/busy/remove/"), "/alarms/rules/")
    assertContains(operator.get("/alarms/rules/"), "No rule yet")
    assertContains(operator.get("/alarms/rules/busy/"), "removed")
    assert [operator.get(f"/alarms/rules/busy/{verb}/").status_code for verb in ("edit", "enable")] == [404, 404]


def test_viewer_sees_rules_and_changes_none(viewer: Client, busy: Rule) -> None:
    assertContains(viewer.get("/alarms/rules/busy/"), "Raises when trades is at least 45, and clears below 30.")
    assertNotContains(viewer.get("/alarms/rules/"), "New rule")
    for path in ("new/", "busy/edit/", "busy/remove/"):
        assert viewer.post(f"/alarms/rules/{path}", FORM | {"act": "keep"}).status_code == 403


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "trades at least 45, clears below 30"),
        ({"kind": "below", "level": 3.0, "clear": None, "hold": 60_000}, "trades at most 3 for 1m, clears above 3"),
        ({"kind": "absent", "after": 300_000, "level": None, "clear": None, "column": ""}, "no row for 5m"),
        ({"kind": "row", "level": None, "clear": None, "column": ""}, "each row"),
    ],
)
def test_list_and_command_say_what_raises(
    viewer: Client, busy: Rule, changed: dict[str, Any], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rules.change(busy, busy.title, replace(BUSY, **changed), "ada", timezone.now())
    assertContains(viewer.get("/alarms/rules/"), f">{words}</td>")
    call_command("alarms", "rules")
    assert words in capsys.readouterr().out


def test_form_and_curve_say_on_which_side_of_a_level_they_raise(operator: Client) -> None:
    trades("AMZN", timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=9), 3)
    shown = operator.post("/alarms/rules/new/", FORM | {"act": "show", "kind": "below", "level": "5", "clear": "6"})
    assertContains(shown, '<option value="below" selected>it is at most a level</option>')
    assertContains(shown, "Raise level (at most)")
    assertContains(shown, "Clear level (above)")
    assert shown.context["curve_json"]["sides"] == ("at most", "above")


def test_rule_of_an_application_is_only_turned_on_and_off(operator: Client) -> None:
    Rule.objects.create(name="orders", title="Orders", application="orders", own=True)
    assertContains(operator.get("/alarms/rules/orders/"), "finds these alarms itself")
    for verb, status in (("edit", 404), ("remove", 404), ("disable", 200)):
        assert operator.get(f"/alarms/rules/orders/{verb}/").status_code == status


LENGTHS = some.sampled_from([0, 1000, 90_000, 300_000, 3_600_000, 86_400_000, 1_500])
NUMBERS = some.one_of(
    some.none(), some.integers(-(10**6), 10**6).map(float), some.sampled_from([0.5, 1e-9, 1234567.25])
)


@given(LENGTHS, LENGTHS, NUMBERS, NUMBERS, some.lists(some.sampled_from(["ticker", "side"]), unique=True))
@settings(max_examples=30)
def test_form_keeps_every_rule_as_it_is(
    hold: int, window: int, level: float | None, clear: float | None, by: list[str]
) -> None:
    more = {"hold": hold, "window": window, "level": level, "clear": clear, "by": tuple(by)}
    spec = RuleSpec(dataset="trades/minutes", kind="below", column="trades", where={"side": ("BUY", "SELL")}, **more)  # type: ignore[arg-type]
    assert rule_form.spec_of(rule_form.of_spec(spec, "x")) == spec


def test_lengths_of_time_are_read_and_written() -> None:
    typed = ["", "30", "30s", "1.5s", "5 m", "1h", "2d", "250ms"]
    assert [length(text, "x") for text in typed] == [0, 30_000, 30_000, 1500, 300_000, 3_600_000, 172_800_000, 250]
    assert [short(milliseconds) for milliseconds in (0, 1500, 90_000, 7_200_000)] == ["", "1500ms", "90s", "2h"]
    with pytest.raises(SpecError, match="no length of time"):
        length("-5s", "Interval")


def test_words_of_a_rule_name_its_window_and_its_filter() -> None:
    spec = RuleSpec(dataset="a/B", kind="row", where={"x": ("1", "2")}, suppress="episode", quiet=5000)
    assert [*sentences(spec)][:3] == [
        "Watches a/B where x is 1 or 2.",
        "Raises with each row, and clears after 5s without one.",
        "Calls for one notice in an episode.",
    ]
    wide = RuleSpec(dataset="a/B", kind="above", column="x", level=2, window=15_000, hold=3000)
    assert "the sum of x in 15s is at least 2 for 3s" in [*sentences(wide)][1]
    assert differences(spec, wide).startswith("kind at least instead of each row, column x instead of none")


def test_form_counts_what_the_rule_would_have_made(operator: Client, viewer: Client) -> None:
    start = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=40)
    for minute, number in enumerate((10, 50, 60, 10, 10, 47, 20)):
        trades("AMZN", start + timedelta(minutes=minute), number)
    shown = operator.post("/alarms/rules/new/", FORM | {"act": "show"})
    assert shown.context["recounted"]["words"] == "2 alarms, 5 messages"
    found = operator.post("/alarms/rules/backtest.json", FORM | {"level": "55"}).json()
    assert (found["alarms"], found["notices"], found["ends"], found["open"], found["rows"]) == (1, 1, 1, 0, 7)
    wrong = operator.post("/alarms/rules/backtest.json", FORM | {"level": "x"})
    assert (wrong.status_code, wrong.json()) == (422, {"error": "Raise level: 'x' is no number."})
    assert viewer.post("/alarms/rules/backtest.json", FORM).status_code == 403


def test_rows_are_read_in_parts_and_each_once(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    start = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=40)
    for minute in range(9):
        trades("AMZN", start + timedelta(minutes=minute), minute)
        trades("WMT", start + timedelta(minutes=minute), 10 * minute)
    dataset = curves.dataset_of("trades/minutes")
    assert dataset
    for chunk, most, wanted in ((5, 100, list(range(9))), (100, 100, list(range(9))), (5, 8, list(range(5, 9)))):
        monkeypatch.setattr(recounting, "CHUNK", chunk)
        monkeypatch.setattr(recounting, "READ", most)
        span = ranges.parse("1h", clock.now())
        read = recounting.Rows().read(dataset, BUSY, "trades", span)
        assert (read.keys["AMZN"].values, read.cut, read.rows) == (wanted, most == 8, 2 * len(wanted))


def test_rows_are_read_under_the_keys_that_rules_write(operator: Client) -> None:
    trades("A|B", timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=40), 1)
    dataset = curves.dataset_of("trades/minutes")
    assert dataset
    spec = RuleSpec(dataset="trades/minutes", kind="row", by=("ticker", "side"))
    read = recounting.Rows().read(dataset, spec, "trades", ranges.parse("1h", clock.now()))
    assert [*read.keys] == ["A\\|B | BUY"]


def test_command_counts_a_rule_again_with_another_level(busy: Rule, capsys: pytest.CaptureFixture[str]) -> None:
    start = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=40)
    for minute, number in enumerate((10, 50, 60, 10)):
        trades("AMZN", start + timedelta(minutes=minute), number)
    call_command("alarms", "backtest", "busy", "--range", "1h")
    call_command("alarms", "backtest", "busy", "--range", "1h", "--level", "55", "--json")
    words, row = capsys.readouterr().out.splitlines()
    assert words.startswith("1 alarm (0 still open), 3 messages, of 4 rows since ")
    assert [json.loads(row)[name] for name in ("alarms", "notices", "ends", "cut")] == [1, 1, 1, False]
    with pytest.raises(SystemExit):
        call_command("alarms", "backtest", "busy", "--level", "5")
    assert "could never clear" in capsys.readouterr().err
