from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import SecurityEvent, Session, User


@pytest.fixture
def three(ada: User) -> None:
    """Two sessions of ada, one of bob."""
    for user in (ada, ada, User.objects.create_user("bob")):
        Client().force_login(user)


def told(*words: str) -> str:
    out = StringIO()
    call_command("end_sessions", *words, stdout=out)
    return out.getvalue()


def test_end_sessions_ends_and_counts_sessions_of_one_user(three: None) -> None:
    assert told("--user", "ada") == "Ended: 2 sessions of ada.\n"
    assert [row.user.username for row in Session.objects.all() if row.user] == ["bob"]
    facts = SecurityEvent.objects.get(name="session.ended").facts
    assert facts == {"reason": "staff", "count": 2, "by": "the command line"}


def test_end_sessions_ends_and_counts_all_sessions(three: None, lines: list[str]) -> None:
    assert told("--all") == "Ended: 3 sessions of everybody.\n"
    assert Session.objects.count() == 0
    assert '"event": "sessions.ended", "by": "the command line", "count": 3' in lines[-1]


def test_end_sessions_succeeds_when_none_is_open(ada: User) -> None:
    assert told("--user", "ada") == "Ended: 0 sessions of ada.\n"


@pytest.mark.parametrize("name", ["eve", "", "é" * 1000])
def test_end_sessions_refuses_an_unknown_user(three: None, name: str) -> None:
    errors = StringIO()
    with pytest.raises(SystemExit, match="2"):
        call_command("end_sessions", "--user", name, stderr=errors)
    assert errors.getvalue().startswith("No user is called")
    assert Session.objects.count() == 3
