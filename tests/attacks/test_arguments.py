"""Impossible arguments for every command, beside the tests of its own."""

from argparse import Action, ArgumentTypeError, _SubParsersAction
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import CommandParser
from hypothesis import example, given
from hypothesis import strategies as st
from pytest_django import Settings

from streams.core.records import parse_where
from tests.commands import exit_code

pytestmark = pytest.mark.django_db
OURS = ("accounts", "dashboard", "login", "streams", "monitoring")
NAMES = sorted(name for name, app in get_commands().items() if app in OURS)
NUMBERS = (
    "nan",
    "inf",
    "-inf",
    "-1e300",
    "1e300",
    "1e-300",
    "9" * 40,
    "9" * 5000,
    "",
    "٣",
    "1_000",
    "0x10",
    "1" + "\x00",
)
ODD = ("", "x" * 10_000, "\x1b[2J\u202e", "é/../ü", "😀" * 3000)
# Arguments that reach each part of a command that takes text.
WORDS = [
    ["streams", "tail"],
    ["streams", "create"],
    ["streams", "split", "x"],
    ["consume", "trades", "--stream"],
    ["consume", "trades", "--from"],
    ["produce", "orders", "--count", "1", "--rate", "0", "--file", "/nowhere", "--site"],
    ["produce", "trades", "--rate"],
    ["deadletters", "replay", "--all", "--kind"],
    ["deadletters", "discard", "--all", "--stream"],
    ["leases", "forget", "trades", "--stream"],
    ["metrics", "--bind"],
    ["invite"],
    ["new_password"],
    ["remove_factors"],
    ["end_sessions", "--user"],
    ["throttle", "clear", "--user"],
    ["restore"],
    ["janitor"],
    ["first_user"],
    ["access_key", "--user", "nobody", "--stream"],
    ["access_key", "--revoke"],
]


@pytest.fixture(autouse=True)
def nowhere(settings: Settings, tmp_path: Path) -> None:
    """A command that would take the words nevertheless does no harm."""
    settings.STREAM_URL = f"embedded:{tmp_path / 'streams.sqlite3'}"


def options_of(parser: CommandParser) -> Iterator[Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, _SubParsersAction):
            for verb in action.choices.values():
                yield from options_of(verb)


def numeric_options() -> list[tuple[str, Action]]:
    """Every option of our commands that turns "1" into a number."""
    parsers = [load_command_class(get_commands()[name], name).create_parser("manage.py", name) for name in NAMES]
    actions = [(parser.prog, action) for parser in parsers for action in options_of(parser)]
    return [
        (f"{prog} {'/'.join(action.option_strings)}", action)
        for prog, action in actions
        if action.dest != "verbosity" and is_number(action)
    ]


def is_number(action: Action) -> bool:
    try:
        return callable(action.type) and isinstance(action.type("1"), int | float)
    except (ArgumentTypeError, ValueError):
        return False


def refused(action: Action, text: str) -> bool:
    assert callable(action.type)
    try:
        action.type(text)
    except (ArgumentTypeError, ValueError) as error:
        return len(str(error)) < 400
    return False


def test_every_number_has_a_least_and_a_most() -> None:
    options = numeric_options()
    assert len(options) >= 10
    assert [(name, text[:40]) for name, action in options for text in NUMBERS if not refused(action, text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_an_argument_that_is_not_utf8_is_refused_in_a_sentence(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    """As the shell's $'\\xff' comes: wherever it stands, and in every command of ours."""
    assert {exit_code(name, *before, "\udcff") for before in ([], ["--stream"], ["list", "--user"])} == {2}
    assert capfd.readouterr().err == "'\\udcff' is not UTF-8, which every name and path here must be.\n" * 3


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
@pytest.mark.parametrize(
    "text", ["", "x" * 10_000, "\x1b[2J\u202e", "é/../ü", "😀" * 3000], ids=lambda text: ascii(text[:9])
)
def test_a_word_that_is_no_name_is_refused_shortly(
    words: list[str], text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(*words, text) in (1, 2)
    said = capfd.readouterr().err
    assert (said.count("\n"), said[:-1].isprintable(), len(said) < 2000) == (1, True, True), said[:300]


@pytest.mark.parametrize("application", ["trades", "orders"])
def test_a_report_goes_back_as_far_as_may_be_asked(application: str) -> None:
    assert [exit_code("report", application, "--minutes", n) for n in ("10000000", "10000001")] == [0, 2]


@given(
    st.text(max_size=40)
    | st.from_regex(r"(now-)?[0-9]{1,9}[smhdw]( [0-9]{1,9}h)?", fullmatch=True)
    | st.datetimes().map(str)
)
@example("0001-01-01T00:00:00+23:59")
@example("9999-12-31T23:59:59-23:59")
@example("99:99")
@example("9" * 9 + "w" + "9" * 9 + "w")
def test_where_is_a_place_or_refused_in_a_sentence(text: str) -> None:
    try:
        position = parse_where(text)
    except ValueError as error:
        assert "is neither trim-horizon, latest" in str(error)
    else:
        assert 0 <= position.value < 1 << 63
