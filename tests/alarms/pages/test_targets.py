"""Tests the pages of targets: one's own and the site's, secrets, subscriptions, and the test that tells the answer."""

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from alarms import targets
from alarms.models import Message, Rule, Subscription, Target
from alarms.pages import targets as pages
from dashboard.live.allowance import Arrivals
from tests.alarms import making
from tests.alarms.making import T0

pytestmark = pytest.mark.django_db
ADDRESS = "https://hooks.example.com/services/T0KEN"
REFUSES = "http://127.0.0.1:1/"  # nobody listens there


def test_viewer_makes_an_own_target_and_sends_it_a_test(viewer: Client) -> None:
    assertNotContains(viewer.get("/alarms/targets/new/"), "?channel=webhook")
    viewer.post("/alarms/targets/new/", {"channel": "inapp", "name": "here", "of": "site"})
    made = Target.objects.get()
    assert (made.name, made.owner and made.owner.username) == ("here", "eve")
    page = viewer.post(f"/alarms/targets/{made.pk}/test/")
    assertContains(page, "<strong>Delivered</strong>")
    assertContains(page, "It is shown in the bell, on each page.")


def test_test_shows_the_real_answer_of_a_target_that_fails(operator: Client) -> None:
    made = making.webhook("ops", REFUSES)
    page = operator.post(f"/alarms/targets/{made.pk}/test/")
    assertContains(page, "<strong>Not delivered</strong>")
    assertContains(page, "refused")


def test_target_of_the_site_is_for_operators(viewer: Client, operator: Client) -> None:
    operator.post("/alarms/targets/new/", {"channel": "webhook", "name": "ops", "value-url": ADDRESS, "rate": "60"})
    made = Target.objects.get()
    assert (made.owner, targets.opened(made).rate, targets.opened(made).values["url"]) == (None, 60, ADDRESS)
    assertContains(viewer.get("/alarms/targets/"), "ops")
    for method in (viewer.get, viewer.post):
        assert method(f"/alarms/targets/{made.pk}/").status_code == 404
    assert viewer.post(f"/alarms/targets/{made.pk}/test/").status_code == 404


def test_target_of_another_person_is_as_if_there_were_none(operator: Client, viewer: Client) -> None:
    theirs = targets.make("hers", "inapp", {}, actor="eve", owner=User.objects.get(username="eve"))
    assertNotContains(operator.get("/alarms/targets/"), "hers")
    assert [operator.get(f"/alarms/targets/{number}/").status_code for number in (theirs.pk, 77)] == [404, 404]


def test_secret_that_a_channel_makes_is_shown_once(operator: Client) -> None:
    page = operator.post("/alarms/targets/new/", {"channel": "webhook", "name": "ops", "value-url": ADDRESS})
    made = Target.objects.get()
    secret = targets.opened(made).values["secret"]
    assertContains(page, f'data-testid="made-secret">{secret}</code>')
    assertNotContains(operator.get(f"/alarms/targets/{made.pk}/"), secret)
    given = {"channel": "webhook", "name": "own", "value-url": ADDRESS, "value-secret": secret}
    assert operator.post("/alarms/targets/new/", given).status_code == 302


def test_secrets_are_never_shown_and_stay_when_left_empty(operator: Client) -> None:
    made = making.webhook("ops", ADDRESS)
    secret = targets.opened(made).values.get("secret", "")
    for path in ("/alarms/targets/", f"/alarms/targets/{made.pk}/"):
        page = operator.get(path).content.decode()
        assert "T0KEN" not in page
        assert not secret or secret not in page
    operator.post(f"/alarms/targets/{made.pk}/", {"enabled": "on", "value-url": "", "rate": "5"})
    made.refresh_from_db()
    assert (targets.opened(made).values["url"], targets.opened(made).rate) == (ADDRESS, 5)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"name": ""}, "The name has 1 to 64 printable characters."),
        ({"value-url": ""}, "is missing"),
        ({"rate": "many"}, "whole number of messages a minute"),
    ],
)
def test_wrong_values_are_refused_in_sentences(operator: Client, fields: dict[str, str], refusal: str) -> None:
    form = {"channel": "webhook", "name": "ops", "value-url": ADDRESS} | fields
    assertContains(operator.post("/alarms/targets/new/", form), refusal, status_code=422)
    assert not Target.objects.exists()


def test_subscription_is_made_once_and_removed(operator: Client, busy: Rule) -> None:
    made = targets.make("hall", "inapp", {}, actor="ada")
    address, form = f"/alarms/targets/{made.pk}", {"rule": "busy", "key": "AMZN", "least": "warning", "after": "15"}
    assertContains(operator.post(f"{address}/subscribe/", form, follow=True), "after 15 min without acknowledgement")
    assertContains(operator.post(f"{address}/subscribe/", form, follow=True), "is told of that already")
    assertContains(operator.get("/alarms/rules/busy/"), "hall")
    found = Subscription.objects.get()
    assert (found.rule, found.key, found.least, found.after, found.resolved) == (busy, "AMZN", "warning", 15, False)
    operator.post(f"{address}/unsubscribe/", {"subscription": str(found.pk)})
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"rule": "nothing"}, "no such rule"),
        ({"least": "loud"}, "lowest severity"),
        ({"after": "0"}, "whole number from 1 to 1,440"),
        ({"key": "k" * 600}, "A key has at most"),
    ],
)
def test_wrong_subscription_is_refused(operator: Client, fields: dict[str, str], refusal: str) -> None:
    made = targets.make("hall", "inapp", {}, actor="ada")
    answer = operator.post(f"/alarms/targets/{made.pk}/subscribe/", {"least": "info"} | fields, follow=True)
    assertContains(answer, refusal)
    assert not Subscription.objects.exists()


def test_removed_target_stays_in_the_ledger(operator: Client) -> None:
    made = targets.make("hall", "inapp", {}, actor="ada")
    same = {"target": made, "target_name": "hall", "due": T0, "made": T0}
    Message.objects.create(notice=making.notice(making.episode("boiler")), name="m", state="delivered", **same)
    operator.post(f"/alarms/targets/{made.pk}/remove/")
    assertContains(operator.get("/alarms/ledger/"), "(removed)")
    assert operator.post(f"/alarms/targets/{made.pk}/nonsense/").status_code == 404


def test_tests_are_bounded(viewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    made = targets.make("here", "inapp", {}, actor="eve", owner=User.objects.get(username="eve"))
    monkeypatch.setattr(pages, "tests", Arrivals(pages.RATE, lambda: 0.0))
    answers = [viewer.post(f"/alarms/targets/{made.pk}/test/", follow=True) for _ in range(pages.BURST + 1)]
    assert [b"Delivered" in answer.content for answer in answers] == [*[True] * pages.BURST, False]
    assertContains(answers[-1], "wait half a minute")


def test_list_names_the_channel_its_values_and_a_dry_run(operator: Client) -> None:
    targets.make("block", "deny", {"minutes": "90"}, actor="ada", dry_run=True)
    targets.make("ops", "webhook", {"url": "https://example.org/secret"}, actor="ada")
    rows = operator.get("/alarms/targets/").context["site"]
    assert [(each["channel"], each["address"], each["dry_run"]) for each in rows] == [
        ("Deny list of nginx", "Minutes of a block: 90", True),
        ("Webhook", "https://example.org/••••", False),
    ]
    assertContains(operator.get("/alarms/targets/"), "dry run")
    block = Target.objects.get(name="block")
    assertContains(operator.post(f"/alarms/targets/{block.pk}/test/"), "<strong>Nothing was sent</strong>")
