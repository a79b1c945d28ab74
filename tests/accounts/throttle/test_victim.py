"""An attacker with a thousand addresses, and the owner of the account meanwhile."""

import os
from math import inf

import pytest

from accounts import events
from accounts.models import Device, User
from accounts.throttle import rules
from accounts.throttle.rules import State
from tests.accounts.throttle.guessing import DAY, RIGHT, START, WRONG, House, addresses, cookie_of

ATTACKERS = 1000
TRIES = int(os.environ.get("VICTIM_TRIES", "5"))  # by each; 1,000 take a quarter of an hour
OWNERS = "203.0.113.7"  # an address of nobody else's


@pytest.fixture
def house(ada: User, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(events.log, "disabled", True)
    return House(ada)


@pytest.mark.long  # a thousand addresses: 11 s
def test_flood_from_a_thousand_addresses_does_not_lock_out_the_owner(house: House) -> None:
    laptop, attackers, owners = cookie_of(house.owner), addresses(ATTACKERS), 0
    for number in range(ATTACKERS * TRIES):
        house.now += DAY / (ATTACKERS * TRIES)
        assert not house.signs_in(WRONG, attackers[number % ATTACKERS])
        if number % (10 * TRIES) == 0:
            assert house.signs_in(RIGHT, cookie=laptop)
            assert house.passkey(OWNERS)
            owners += 1
    guesses = len(house.checked) - owners
    assert (owners, guesses <= 63, guesses + house.spent) == (100, True, ATTACKERS * TRIES)


def test_rules_allow_at_most_63_of_a_million_guesses_a_day() -> None:
    state, days = State(), [0, 0, 0]
    for number in range(1_000_000):
        now = START + number * 3 * DAY / 1_000_000
        if rules.UNTRUSTED.free_at(state) <= now:
            state = rules.failed(rules.UNTRUSTED, state, now)
            days[int((now - START) // DAY)] += 1
    assert days == [62, 38, 0]
    assert rules.UNTRUSTED.free_at(state) == inf


def test_attacker_gets_63_guesses_on_the_first_day(house: House) -> None:
    attackers = addresses(1000)
    while house.now < START + DAY:
        house.signs_in(WRONG, attackers.pop())
        house.now += 30 if house.now < START + 1890 else 300
    assert len(house.checked) == 62


def test_owner_waits_at_most_30_minutes_on_a_new_device(house: House) -> None:
    attackers = addresses(1000)
    while len(house.checked) < 99:
        house.signs_in(WRONG, attackers.pop())
        house.now += 900
    last = house.checked[-1]
    for moment, opens in ((last + 1799, False), (last + 1800, True)):
        house.now = moment
        assert house.signs_in(RIGHT, OWNERS) is opens


def test_password_alone_opens_no_new_device_after_100_failures(house: House) -> None:
    attackers, laptop = addresses(200), cookie_of(house.owner)
    while len(house.checked) < 100:
        house.signs_in(WRONG, attackers.pop())
        house.now += 1800
    house.now += 365 * DAY
    assert not house.signs_in(RIGHT, OWNERS)
    assert house.signs_in(RIGHT, cookie=laptop)


def test_passkey_reopens_passwords_without_quick_guesses_for_attackers(house: House) -> None:
    attackers = addresses(200)
    while len(house.checked) < 100:
        house.signs_in(WRONG, attackers.pop())
        house.now += 1800
    assert house.passkey(OWNERS)
    assert [house.signs_in(WRONG, attackers.pop()) for _ in range(5)] == [False] * 5
    assert len(house.checked) == 101
    house.now += 1800
    assert house.signs_in(RIGHT, OWNERS)


def test_device_with_ten_failures_is_held_for_15_minutes_alone(house: House) -> None:
    laptop, phone = cookie_of(house.owner), cookie_of(house.owner)
    assert not any(house.signs_in(WRONG, cookie=laptop) for _ in range(30))
    assert len(house.checked) == 10
    for later, opens in ((899, False), (1, True)):
        house.now += later
        assert house.signs_in(RIGHT, cookie=laptop) is opens
    assert house.signs_in(RIGHT, cookie=phone)


def test_device_with_100_failures_counts_as_a_stranger(house: House) -> None:
    laptop = cookie_of(house.owner)
    while len(house.checked) < 100:
        assert not house.signs_in(WRONG, cookie=laptop)
        house.now += 900
    assert Device.objects.count() == 1
    assert not house.signs_in(WRONG, cookie=laptop)
    assert Device.objects.count() == 0
    assert house.owner.security_events.get(name="device.revoked").notice
    assert house.signs_in(RIGHT, cookie=laptop)  # as a stranger with tries left


def test_address_has_twenty_failures_over_all_accounts(house: House) -> None:
    assert not any(house.signs_in(WRONG, "198.51.100.9", name=f"user{number}") for number in range(50))
    assert (len(house.checked), house.spent) == (20, 30)
    assert not house.passkey("198.51.100.9")
    house.now += 600
    assert house.passkey("198.51.100.9")


def test_own_sign_in_earns_no_guesses_at_other_accounts(house: House) -> None:
    for number in range(30):
        house.signs_in(WRONG, "198.51.100.9", name=f"user{number}")
        house.signs_in(RIGHT, "198.51.100.9")
    assert sum(house.signs_in(RIGHT, "198.51.100.9") for _ in range(5)) == 0
    assert len(house.checked) == 20 + 19  # wrong ones, right ones


def test_ipv6_addresses_of_one_64_count_as_one_address(house: House) -> None:
    guesses = [house.signs_in(WRONG, f"2001:db8:0:1::{number:x}", name=f"user{number}") for number in range(25)]
    assert not any(guesses) and len(house.checked) == 20
    assert house.signs_in(RIGHT, "2001:db8:0:2::1")


@pytest.mark.parametrize("header", ["x-forwarded-for", "x-real-ip", "forwarded", "client-ip", "cf-connecting-ip"])
def test_forged_header_does_not_change_the_address(house: House, header: str) -> None:
    for number in range(25):
        house.signs_in(WRONG, name=f"user{number}", **{header: f"203.0.113.{number}"})
    assert len(house.checked) == 20


@pytest.mark.parametrize("form", ["ada", "ADA", " ada\t", "ａｄａ", "Ａda ", "\u2003ada"])
def test_user_name_in_another_form_counts_at_the_same_account(house: House, form: str) -> None:
    attackers = addresses(20)
    assert not any(house.signs_in(WRONG, attackers.pop()) for _ in range(10))
    assert not house.signs_in(RIGHT, OWNERS, name=form)
    assert len(house.checked) == 10


@pytest.mark.parametrize("name", ["", " ", "\0", "ada\0", "%", "_da", "x" * 1_000_000, "\ud800"])
def test_guessing_unknown_name_does_not_throttle_owner(house: House, name: str) -> None:
    attackers = addresses(50)
    assert not any(house.signs_in(WRONG, attackers.pop(), name=name) for _ in range(30))
    assert (len(house.checked), house.spent) == (10, 20)
    assert house.signs_in(RIGHT, OWNERS)


def test_unknown_names_wait_as_long_as_accounts(house: House) -> None:
    for name in ("ada", "nobody"):
        house.checked.clear()
        attackers, house.now = addresses(1000), START
        while house.now < START + 3600:
            house.signs_in(WRONG, attackers.pop(), name=name)
            house.now += 30
        assert [moment - START for moment in house.checked][9:] == [270, 300, 360, 480, 720, 1200, 2160]


def test_deactivated_account_stays_closed_with_the_right_password(house: House) -> None:
    house.owner.is_active = False
    assert not house.signs_in(RIGHT)
