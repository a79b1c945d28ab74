import json
from datetime import UTC, datetime
from io import StringIO
from time import time

import pytest
from django.core.management import call_command

from accounts.models import Bucket, User
from accounts.throttle import store
from tests.accounts.test_commands import told
from tests.accounts.throttle.guessing import RIGHT, WRONG, Deployment, addresses


@pytest.fixture
def deployment(ada: User) -> Deployment:
    """Where somebody has guessed ten times, long ago."""
    deployment = Deployment(ada)
    for address in addresses(10):
        deployment.signs_in(WRONG, address)
    return deployment


def test_throttle_list_shows_the_accounts_with_failures(deployment: Deployment) -> None:
    assert told("throttle", "list") == "ada: password, untrusted: 10 failures in a row, open\n"
    last = int(time()) + 600.0
    Bucket.objects.filter(user=deployment.owner).update(recent=[last], last=last)
    until = f"{datetime.fromtimestamp(last + 30, UTC):%Y-%m-%dT%H:%M:%SZ}"
    assert told("throttle", "list", "--user", "ada").endswith(f", closed until {until}\n")
    Bucket.objects.filter(user=deployment.owner).update(streak=100)
    assert told("throttle", "list").endswith(", closed until another proof\n")


def test_throttle_clear_resets_the_failures(deployment: Deployment) -> None:
    assert not deployment.signs_in(RIGHT)
    assert told("throttle", "clear", "--user", "ada") == "Forgotten: the failures of ada (1 counts).\n"
    assert deployment.signs_in(RIGHT)
    assert deployment.owner.security_events.get().facts == {"by": "the command line", "count": 1}


def test_throttle_list_prints_json(deployment: Deployment) -> None:
    assert json.loads(told("throttle", "list", "--json")) == {
        "user": "ada", "kind": "password", "scope": "untrusted", "failures": 10, "until": None
    }  # fmt: skip


def test_new_password_resets_the_failures(deployment: Deployment) -> None:
    told("new_password", "ada")
    assert store.counts(time(), deployment.owner) == []


@pytest.mark.parametrize("verb", ["list", "clear"])
def test_throttle_refuses_an_unknown_name(db: None, verb: str) -> None:
    errors = StringIO()
    with pytest.raises(SystemExit, match="2"):
        call_command("throttle", verb, "--user", "eve", stderr=errors)
    assert errors.getvalue() == "No user is called 'eve': check the name.\n"
