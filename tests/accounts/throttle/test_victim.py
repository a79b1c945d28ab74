"""An attacker with a thousand addresses, and the owner of the account meanwhile."""

import os
from math import inf

import pytest

from accounts import events
from accounts.models import Device, User
from accounts.throttle import rules
from accounts.throttle.rules import State
from tests.accounts.throttle.guessing import DAY, RIGHT, START, WRONG, Deployment, addresses, cookie_of

ATTACKERS = 1000
TRIES = int(os.environ.get("VICTIM_TRIES", "2"))  # by each; 1,000 take a quarter of an hour
OWNERS = "203.0.113.7"  # an address of nobody else's


@pytest.fixture
def deployment(ada: User, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    monkeypatch.setattr(events.log, "disabled", True)
    return Deployment(ada)


@pytest.mark.long  # a thousand addresses: 5 s
def test_flood_from_a_thousand_addresses_does_not_lock_out_the_owner(deployment: Deployment) -> None:
    laptop, attackers, owners = cookie_of(deployment.owner), addresses(ATTACKERS), 0
    for number in range(ATTACKERS * TRIES):
        deployment.now += DAY / (ATTACKERS * TRIES)
        assert not deployment.signs_in(WRONG, attackers[number % ATTACKERS])
        if number % (10 * TRIES) == 0:
            assert deployment.signs_in(RIGHT, cookie=laptop)
            assert deployment.passkey(OWNERS)
            owners += 1
    guesses = len(deployment.checked) - owners
    assert (owners, guesses <= 63, guesses + deployment.spent) == (100, True, ATTACKERS * TRIES)


def test_rules_allow_at_most_63_of_a_million_guesses_a_day() -> None:
    state, days = State(), [0, 0, 0]
    for number in range(1_000_000):
        now = START + number * 3 * DAY / 1_000_000
        if rules.UNTRUSTED.free_at(state) <= now:
            state = rules.failed(rules.UNTRUSTED, state, now)
            days[int((now - START) // DAY)] += 1
    assert days == [62, 38, 0]
    assert rules.UNTRUSTED.free_at(state) == inf


def test_attacker_gets_63_guesses_on_the_first_day(deployment: Deployment) -> None:
    attackers = addresses(1000)
    while deployment.now < START + DAY:
        deployment.signs_in(WRONG, attackers.pop())
        deployment.now += 30 if deployment.now < START + 1890 else 300
    assert len(deployment.checked) == 62


def test_owner_waits_at_most_30_minutes_on_a_new_device(deployment: Deployment) -> None:
    attackers = addresses(1000)
    while len(deployment.checked) < 99:
        deployment.signs_in(WRONG, attackers.pop())
        deployment.now += 900
    last = deployment.checked[-1]
    for moment, opens in ((last + 1799, False), (last + 1800, True)):
        deployment.now = moment
        assert deployment.signs_in(RIGHT, OWNERS) is opens


def test_password_alone_opens_no_new_device_after_100_failures(deployment: Deployment) -> None:
    attackers, laptop = addresses(200), cookie_of(deployment.owner)
    while len(deployment.checked) < 100:
        deployment.signs_in(WRONG, attackers.pop())
        deployment.now += 1800
    deployment.now += 365 * DAY
    assert not deployment.signs_in(RIGHT, OWNERS)
    assert deployment.signs_in(RIGHT, cookie=laptop)


def test_passkey_reopens_passwords_without_quick_guesses_for_attackers(deployment: Deployment) -> None:
    attackers = addresses(200)
    while len(deployment.checked) < 100:
        deployment.signs_in(WRONG, attackers.pop())
        deployment.now += 1800
    assert deployment.passkey(OWNERS)
    assert [deployment.signs_in(WRONG, attackers.pop()) for _ in range(5)] == [False] * 5
    assert len(deployment.checked) == 101
    deployment.now += 1800
    assert deployment.signs_in(RIGHT, OWNERS)


def test_device_with_ten_failures_is_held_for_15_minutes_alone(deployment: Deployment) -> None:
    laptop, phone = cookie_of(deployment.owner), cookie_of(deployment.owner)
    assert not any(deployment.signs_in(WRONG, cookie=laptop) for _ in range(30))
    assert len(deployment.checked) == 10
    for later, opens in ((899, False), (1, True)):
        deployment.now += later
        assert deployment.signs_in(RIGHT, cookie=laptop) is opens
    assert deployment.signs_in(RIGHT, cookie=phone)


def test_device_with_100_failures_counts_as_a_stranger(deployment: Deployment) -> None:
    laptop = cookie_of(deployment.owner)
    while len(deployment.checked) < 100:
        assert not deployment.signs_in(WRONG, cookie=laptop)
        deployment.now += 900
    assert Device.objects.count() == 1
    assert not deployment.signs_in(WRONG, cookie=laptop)
    assert Device.objects.count() == 0
    assert deployment.owner.security_events.get(name="device.revoked").notice
    assert deployment.signs_in(RIGHT, cookie=laptop)  # as a stranger with tries left


def test_address_has_twenty_failures_over_all_accounts(deployment: Deployment) -> None:
    assert not any(deployment.signs_in(WRONG, "198.51.100.9", name=f"user{number}") for number in range(50))
    assert (len(deployment.checked), deployment.spent) == (20, 30)
    assert not deployment.passkey("198.51.100.9")
    deployment.now += 600
    assert deployment.passkey("198.51.100.9")


def test_own_sign_in_earns_no_guesses_at_other_accounts(deployment: Deployment) -> None:
    for number in range(30):
        deployment.signs_in(WRONG, "198.51.100.9", name=f"user{number}")
        deployment.signs_in(RIGHT, "198.51.100.9")
    assert sum(deployment.signs_in(RIGHT, "198.51.100.9") for _ in range(5)) == 0
    assert len(deployment.checked) == 20 + 19  # wrong ones, right ones


def test_ipv6_addresses_of_one_64_count_as_one_address(deployment: Deployment) -> None:
    guesses = [deployment.signs_in(WRONG, f"2001:db8:0:1::{number:x}", name=f"user{number}") for number in range(25)]
    assert not any(guesses) and len(deployment.checked) == 20
    assert deployment.signs_in(RIGHT, "2001:db8:0:2::1")


@pytest.mark.parametrize("header", ["x-forwarded-for", "x-real-ip", "forwarded", "client-ip", "cf-connecting-ip"])
def test_forged_header_does_not_change_the_address(deployment: Deployment, header: str) -> None:
    for number in range(25):
        deployment.signs_in(WRONG, name=f"user{number}", **{header: f"203.0.113.{number}"})
    assert len(deployment.checked) == 20


@pytest.mark.parametrize("form", ["ada", "ADA", " ada\t", "ａｄａ", "Ａda ", "\u2003ada"])
def test_user_name_in_another_form_counts_at_the_same_account(deployment: Deployment, form: str) -> None:
    attackers = addresses(20)
    assert not any(deployment.signs_in(WRONG, attackers.pop()) for _ in range(10))
    assert not deployment.signs_in(RIGHT, OWNERS, name=form)
    assert len(deployment.checked) == 10


@pytest.mark.parametrize("name", ["", " ", "\0", "ada\0", "%", "_da", "x" * 1_000_000, "\ud800"])
def test_guessing_unknown_name_does_not_throttle_owner(deployment: Deployment, name: str) -> None:
    attackers = addresses(50)
    assert not any(deployment.signs_in(WRONG, attackers.pop(), name=name) for _ in range(30))
    assert (len(deployment.checked), deployment.spent) == (10, 20)
    assert deployment.signs_in(RIGHT, OWNERS)


def test_unknown_names_wait_as_long_as_accounts(deployment: Deployment) -> None:
    for name in ("ada", "nobody"):
        deployment.checked.clear()
        attackers, deployment.now = addresses(1000), START
        while deployment.now < START + 3600:
            deployment.signs_in(WRONG, attackers.pop(), name=name)
            deployment.now += 30
        assert [moment - START for moment in deployment.checked][9:] == [270, 300, 360, 480, 720, 1200, 2160]


def test_deactivated_account_stays_closed_with_the_right_password(deployment: Deployment) -> None:
    deployment.owner.is_active = False
    assert not deployment.signs_in(RIGHT)
