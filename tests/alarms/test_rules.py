"""Rules: their texts, their bounds, the refusals in sentences, and what becomes of a state when a clock was wrong."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from alarms import rules, spec
from alarms.active import Active
from alarms.evaluation import Evaluation, Incident, KeyState, Seen, set_back
from alarms.models import Episode, Rule, RuleVersion
from alarms.spec import RuleSpec, SpecError
from alarms.states import MOST_KEYS, RuleStates
from alarms.tables import Table, key_of
from streams.core import clock
from streams.core.clock import MINUTE
from streams.observations import Observation
from tests.alarms.world import NOON, make

MINUTES: dict[str, Any] = {"dataset": "trades/minutes", "kind": "above", "column": "trades", "level": 10}
NOW = clock.to_datetime(NOON)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"dataset": "trades/hours"}, "There is no output 'trades/hours'."),
        (
            {"dataset": "orders/alarms", "column": "peak"},
            "No rule can watch 'orders/alarms': its rows may still change.",
        ),
        ({"column": "price"}, "trades/minutes has no column 'price'"),
        ({"column": "ticker"}, "The column 'ticker' holds no numbers."),
        ({"column": ""}, "The rule needs a column with numbers."),
        ({"level": None}, "The rule needs a level."),
        ({"level": float("nan")}, "A level is a finite number."),
        ({"clear": 11}, "The clear level 11 is above the level 10; the alarm could never clear."),
        ({"kind": "below", "clear": 9}, "The clear level 9 is below the level 10; the alarm could never clear."),
        ({"kind": "row", "level": 10}, "A rule of the kind 'row' has no column, level"),
        ({"quiet": 300}, "`quiet` is between 1 s and 7 days"),
        ({"window": 7_200_000}, "A window is between 1 s and 60 min long"),
        ({"kind": "absent", "column": "", "level": None}, "`after` says for how long rows must be absent"),
        ({"after": 5}, "`after` belongs to rules of the kind 'absent'."),
        ({"by": ("ticker", "ticker")}, "The key has at most 4 different columns."),
        ({"where": {"side": ()}}, "`where` has at most 4 columns, with 1 to 50 values each."),
        ({"hold": -1}, "`hold` is between 0 and 7 days"),
    ],
)
def test_bad_rule_is_refused_with_the_reason(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(SpecError) as caught:
        make("bad", **(MINUTES | fields))
    assert says in str(caught.value)
    assert Rule.objects.count() == 0


@pytest.mark.django_db
def test_names_that_are_taken_are_refused_and_those_of_removed_rules_go_on() -> None:
    rule = make("busy", **MINUTES)
    for name in ("busy", "orders", "Upper", "-front"):
        with pytest.raises(SpecError):
            make(name, **MINUTES)
    rules.change(rule, "Busier", RuleSpec(**MINUTES | {"level": 20}), "bob", NOW)
    rules.remove(rule, "bob", NOW)
    again = make("busy", **MINUTES)
    assert (again.pk, again.version, again.removed) == (rule.pk, 3, None)
    assert list(RuleVersion.objects.order_by("number").values_list("number", "who")) == [
        (1, "ada"),
        (2, "bob"),
        (3, "ada"),
    ]


@pytest.mark.django_db
def test_rules_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST", 1)
    make("one", **MINUTES)
    with pytest.raises(SpecError, match="There are 1 rules, the most that there can be"):
        make("two", **MINUTES)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"dataset": "a/b", "kind": "row", "more": 1}', "[" * 100_000])
def test_text_that_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match="The rule cannot be read"):
        spec.read(text)


def test_rule_is_read_as_it_was_written() -> None:
    rule = RuleSpec(dataset="a/b", kind="above", column="n", by=("k",), where={"k": ("x",)}, level=1.5, hold=2000)
    assert spec.read(spec.written(rule)) == rule


def active(**fields: Any) -> Active:
    given = RuleSpec(**{"dataset": "a/out", "kind": "row", "by": ("k",)} | fields)
    return Active(1, "rule", 1, given, Evaluation(given))


def test_keys_beyond_the_bound_are_counted() -> None:
    states = RuleStates(active())
    rows = [Observation("out", 0, {"k": str(number)}) for number in range(MOST_KEYS + 3)]
    assert len(list(states.step(Table(rows, ""), 0))) == MOST_KEYS
    assert states.left_out == 3


@pytest.mark.parametrize(
    ("by", "values", "shard", "text"),
    [
        (("k",), {"k": "a"}, "", "a"),
        (("k",), {"k": "a  "}, "", "a"),
        (("k",), {"k": None}, "", "NULL"),
        (("k",), {"k": "a"}, "shard-1", "a | in shard-1"),
        ((), {}, "shard-1", "shard-1"),
        ((), {}, "", ""),
        (("k", "l"), {"k": "a|b", "l": 7}, "", "a\\|b | 7"),
        (("k",), {"k": "x" * 300}, "", "x" * 239 + "…98834876dcfb05cb"),
    ],
)
def test_key_of_a_row_is_readable_and_bounded(by: Any, values: Any, shard: str, text: str) -> None:
    assert key_of(by, "", values, shard).text[:239] == text[:239]
    assert len(key_of(by, "", values, shard).text) <= 256


def test_state_ahead_of_a_clock_that_was_set_back_waits_no_longer_than_before() -> None:
    evaluation = Evaluation(RuleSpec(dataset="a/b", kind="absent", by=("k",), after=MINUTE))
    state = set_back(KeyState(1, last=NOON + 60 * MINUTE), NOON)
    assert evaluation.due(state) == NOON + MINUTE
    burning = KeyState(1, last=NOON, incident=Incident(NOON + 60 * MINUTE, "", None, None))
    [found] = evaluation.observe(burning, Seen(NOON + 1))
    assert found.incident.ended == NOON + 60 * MINUTE  # no earlier than it began


@pytest.mark.django_db
def test_commands_make_list_change_and_remove_rules() -> None:
    text = json.dumps(MINUTES | {"by": ["ticker"]})
    assert "Made the rule busy." in run("add-rule", "busy", text)
    [row] = map(json.loads, run("rules", "--json").splitlines())
    assert (row["name"], row["version"], row["spec"]["level"]) == ("busy", 1, 10.0)
    assert "version 2 now" in run("change-rule", "busy", text.replace("10", "20"))
    rule = Rule.objects.get()
    Episode.objects.create(name="e", rule=rule, rule_version=1, stream="s", key="AMZN", started=NOW, severity="info")
    number = Episode.objects.get().pk
    assert "AMZN" in run("list")
    assert "Acknowledged" in run("ack", str(number), "--note", "seen")
    assert "until the open alarm clears" in run("silence", "--rule", "busy", "--reason", "works")
    assert "Removed" in run("remove-rule", "busy")
    with pytest.raises(SystemExit):
        run("ack", str(number))
    assert run("list").strip() == "Nothing yet."


def run(*words: str) -> str:
    out = StringIO()
    call_command("alarms", *words, stdout=out)
    return out.getvalue()
