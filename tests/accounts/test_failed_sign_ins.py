"""The owner of an account is told of the sign-ins that failed, and an attacker cannot make more of it than a count."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains

from accounts import failed_sign_ins
from accounts.models import FailedSignIns, SecurityEvent, User
from accounts.throttle import Kind
from tests.accounts.conftest import PASSWORD
from tests.accounts.throttle.guessing import addresses

SIGN_IN, SUCCESS, HISTORY = "/accounts/sign-in/", "/accounts/success/", "/accounts/history/"
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def post(password: str, name: str = "ada", client: Client | None = None, address: str = "127.0.0.1") -> None:
    (client or Client()).post(SIGN_IN, {"username": name, "password": password}, REMOTE_ADDR=address)


def fail(user: User, kind: Kind = Kind.PASSWORD, minute: int = 0) -> None:
    failed_sign_ins.count(kind, f"user {user.pk}", user, NOON + timedelta(minutes=minute))


def kept() -> list[tuple[bool, int, bool]]:
    rows = FailedSignIns.objects.order_by("key")
    return [(row.user is not None, row.count, row.held) for row in rows]


def test_page_after_sign_in_tells_of_failed_sign_ins_once(client: Client, ada: User) -> None:
    post("no")
    post("neither")
    post(PASSWORD, client=client)
    told = "2 sign-ins to your account failed before this one, the last less than a minute ago."
    assertContains(client.get(SUCCESS), told)
    assertNotContains(client.get(SUCCESS), "failed before this one")
    event = ada.security_events.get(name=failed_sign_ins.EVENT)
    assert (event.facts["count"], event.notice, event.address) == (2, False, None)
    assertContains(client.get(HISTORY), "Failed sign-ins <span")
    assertContains(client.get(HISTORY), "2 in all, the first on ")


def test_sign_in_tells_of_no_failure_when_none_came(client: Client, ada: User) -> None:
    post("no", name="bob")
    post(PASSWORD, client=client)
    assertNotContains(client.get(SUCCESS), "failed")
    assert not SecurityEvent.objects.filter(name=failed_sign_ins.EVENT).exists()


def test_history_shows_failures_since_the_last_sign_in(signed_in: Client, ada: User) -> None:
    assertNotContains(signed_in.get(HISTORY), "failed")
    fail(ada)
    fail(ada, Kind.CODE, 5)
    page = signed_in.get(HISTORY)
    assertContains(page, "2 sign-ins to your account failed, 1 with the right password.")
    assertContains(page, "2026-01-02 12:00:00</time>, the last on")
    assertContains(page, "2026-01-02 12:05:00</time>")


def test_failures_of_others_are_not_shown(signed_in: Client, ada: User) -> None:
    fail(User.objects.create_user("bob"))
    assertNotContains(signed_in.get(HISTORY), "failed")


def test_flood_makes_one_row_and_one_event(client: Client, ada: User) -> None:
    for address in addresses(30):
        post("no", address=address)
    assert kept() == [(True, 10, True)]  # the throttle looks at ten; the others are held up
    post(PASSWORD, client=client)
    assert ada.security_events.filter(name=failed_sign_ins.EVENT).count() == 0  # held up as well
    failed_sign_ins.settle(ada)
    assert ada.security_events.get(name=failed_sign_ins.EVENT).facts["held"] == "more were held up"
    assert failed_sign_ins.since_success(ada) is None


def test_held_up_flood_writes_once_a_minute(ada: User) -> None:
    for second in range(0, 180, 10):
        failed_sign_ins.note_unseen(Kind.PASSWORD, "user 1", None, NOON + timedelta(seconds=second))
    with CaptureQueriesContext(connection) as queries:
        failed_sign_ins.note_unseen(Kind.PASSWORD, "user 1", None, NOON + timedelta(seconds=175))
    assert len(queries) == 1
    row = FailedSignIns.objects.get()
    assert (row.count, row.first_at, row.last_at) == (0, NOON, NOON + timedelta(minutes=2))


@pytest.mark.parametrize("earlier", [0, 1])
def test_failure_takes_the_same_statements_for_a_name_without_an_account(ada: User, earlier: int) -> None:
    taken = []
    for name in ("ada", "nobody"):
        for _ in range(earlier):
            post("no", name=name)
        with CaptureQueriesContext(connection) as queries:
            post("no", name=name)
        taken.append([query["sql"].split(" ")[:3] for query in queries if "failedsignins" in query["sql"]])
    assert (len(taken[0]), taken[0]) == (2, taken[1])


def test_first_failure_after_a_sign_in_begins_a_new_count(ada: User) -> None:
    fail(ada)
    fail(ada, minute=1)
    failed_sign_ins.settle(ada)
    fail(ada, minute=2)
    later = NOON + timedelta(minutes=2)
    assert failed_sign_ins.since_success(ada) == failed_sign_ins.Failures(1, 0, False, later, later)


def test_count_that_changes_while_it_is_settled_stays(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    fail(ada)
    read = failed_sign_ins._counted(ada)
    fail(ada, minute=1)
    monkeypatch.setattr(failed_sign_ins, "_counted", lambda user: read)
    assert (failed_sign_ins.settle(ada), kept()) == (None, [(True, 2, False)])


@pytest.mark.parametrize(
    ("failures", "said"),
    [
        ((1, 0, False), "1 sign-in to your account failed before this one, 5 min ago."),
        (
            (3, 1, False),
            "3 sign-ins to your account failed before this one, 1 with the right password, the last 5 min ago.",
        ),
        ((63, 0, True), "63 sign-ins to your account failed before this one, the last 5 min ago; more were held up."),
        ((0, 0, True), "Sign-ins to your account were held up before this one, the last 5 min ago."),
    ],
)
def test_sentence_names_number_and_time(failures: tuple[int, int, bool], said: str) -> None:
    found = failed_sign_ins.Failures(*failures, NOON, NOON)
    assert found.sentence(NOON + timedelta(minutes=5)) == said


def test_counts_are_kept_as_long_as_they_tell_somebody_something(ada: User) -> None:
    fail(ada)
    failed_sign_ins.count(Kind.PASSWORD, "stranger 1234", None, NOON)
    two_days, since = NOON + timedelta(days=2), NOON - timedelta(days=398)
    gone = failed_sign_ins.outlived(two_days, since)
    assert list(gone.values_list("key", flat=True)) == ["password stranger 1234"]
    assert failed_sign_ins.outlived(two_days, NOON + timedelta(seconds=1)).count() == 2
