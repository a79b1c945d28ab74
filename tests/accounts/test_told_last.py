"""Commands say their words first, and the lines of the security log after them."""

import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command

from accounts import events
from accounts.models import User
from login.management.commands import run


class Both(StringIO):
    """Gathers what a command says and what the log says, in their order."""


@pytest.fixture
def both() -> Iterator[Both]:
    handler = logging.StreamHandler(both := Both())
    events.log.addHandler(handler)
    yield both
    events.log.removeHandler(handler)


def order(both: Both) -> list[str]:
    return ["log" if line.startswith('{"at"') else "words" for line in both.getvalue().splitlines() if line]


@pytest.mark.django_db
def test_command_says_its_words_before_the_lines_of_the_log(both: Both) -> None:
    User.objects.create(username="ada", password="-")
    call_command("access_key", "--user", "ada", stdout=both, stderr=both)
    assert order(both)[-2:] == ["words", "log"] and order(both).count("log") == 1


@pytest.mark.django_db
def test_run_says_the_first_steps_before_the_lines_of_the_log(both: Both) -> None:
    command = run.Command(stdout=both)
    command.tell_first_steps("")
    assert order(both)[0] == "words" and order(both)[-1] == "log"


def test_lines_are_written_also_after_a_failure(both: Both) -> None:
    with pytest.raises(SystemExit), events.told_last():
        events.record("throttle.cleared", by="the command line", count=1)
        assert not both.getvalue()
        raise SystemExit(2)
    assert order(both) == ["log"]
