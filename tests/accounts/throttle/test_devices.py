from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.core import signing
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import resets
from accounts.models import Bucket, Device, User
from accounts.throttle import devices, store
from accounts.throttle.rules import Kind
from tests.accounts.conftest import PASSWORD
from tests.accounts.throttle.guessing import cookie_of, request

SIGN_IN = "/accounts/sign-in/"
ADA = {"username": "ada", "password": PASSWORD}


def knows(user: User, cookie: str) -> bool:
    return devices.known(request(cookie=cookie), user) is not None


def test_a_sign_in_leaves_a_cookie_for_180_days_that_no_script_reads(client: Client, ada: User) -> None:
    cookie = client.post(SIGN_IN, ADA).cookies["device"]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"], cookie["path"]) == (
        180 * 86400,
        True,
        "Lax",
        "/",
    )
    assert knows(ada, cookie.value)


def test_where_people_can_reach_the_site_no_neighbour_plants_the_cookie(settings: Settings, ada: User) -> None:
    settings.DEVICE_COOKIE_NAME, settings.SESSION_COOKIE_SECURE = "__Host-device", True
    cookie = Client().post(SIGN_IN, ADA, secure=True).cookies["__Host-device"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


def test_a_failed_sign_in_leaves_no_cookie(client: Client, ada: User) -> None:
    assert "device" not in client.post(SIGN_IN, ADA | {"password": "no"}).cookies


def test_the_cookie_signs_nobody_in(client: Client, ada: User) -> None:
    client.cookies["device"] = cookie_of(ada)
    assert client.get("/accounts/success/").status_code == 302


def test_the_database_cannot_make_a_cookie(ada: User) -> None:
    [[_, nonce]] = signing.loads(cookie_of(ada), salt=devices.SALT)
    assert len(nonce) == 22 and nonce not in repr(Device.objects.values())


@pytest.mark.parametrize(
    "cookie",
    ["", "x", "\0", "x" * 1_000_000, "1:abc:def", signing.dumps([[1, "x"]])],
    ids=["empty", "a letter", "NUL", "a megabyte", "made up", "signed for something else"],  # the last has a time in it
)
def test_a_cookie_that_is_not_ours_is_a_strangers(ada: User, cookie: str) -> None:
    assert not knows(ada, cookie)


def test_a_cookie_of_somebody_else_is_a_strangers(ada: User) -> None:
    eve = User.objects.create_user("eve")
    stolen = cookie_of(eve)
    nonce = signing.loads(stolen, salt=devices.SALT)[0][1]
    assert not knows(ada, stolen)
    assert not knows(ada, signing.dumps([[ada.pk, nonce]], salt=devices.SALT))


def test_people_who_share_a_browser_are_each_known_there(ada: User) -> None:
    eve = User.objects.create_user("eve")
    shared = cookie_of(eve, held=cookie_of(ada))
    assert knows(ada, shared) and knows(eve, shared)


def test_a_browser_remembers_five_accounts(ada: User) -> None:
    cookie = cookie_of(ada)
    for number in range(5):
        cookie = cookie_of(User.objects.create_user(f"user{number}"), held=cookie)
    assert not knows(ada, cookie) and knows(User.objects.get(username="user0"), cookie)


def test_signing_in_again_keeps_the_device_and_makes_it_last(ada: User) -> None:
    first = cookie_of(ada)
    Device.objects.update(seen_at=timezone.now() - timedelta(days=179))
    second = cookie_of(ada, held=first)
    assert Device.objects.get().seen_at > timezone.now() - timedelta(minutes=1)
    assert knows(ada, first) and knows(ada, second)


def test_a_device_of_half_a_year_ago_is_a_strangers_and_goes(ada: User) -> None:
    cookie = cookie_of(ada)
    Device.objects.update(seen_at=timezone.now() - timedelta(days=180, seconds=1))
    assert not knows(ada, cookie)
    assert devices.outlived(timezone.now()).get() == Device.objects.get()


def test_a_second_device_is_told_of_and_the_first_is_not(client: Client, ada: User) -> None:
    client.post(SIGN_IN, ADA)
    assert not ada.security_events.filter(name="device.new").exists()
    Client().post(SIGN_IN, ADA)
    assert ada.security_events.get(name="device.new").notice


def test_a_change_of_keys_leaves_devices_known(settings: Settings, ada: User) -> None:
    cookie = cookie_of(ada)
    settings.FIELD_KEYS = "new:MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY= " + configured.FIELD_KEYS
    assert knows(ada, cookie)


def test_a_sign_in_by_another_way_opens_what_a_hundred_failures_closed(client: Client, ada: User) -> None:
    store.reserve([store.of_account(Kind.PASSWORD, ada)], 1.0)
    Bucket.objects.update(streak=100)
    client.cookies[configured.DEVICE_COOKIE_NAME] = cookie_of(ada)
    assert client.post(SIGN_IN, ADA).status_code == 302
    assert Bucket.objects.get(scope="untrusted").streak == 16


def test_a_password_set_by_a_mailed_link_begins_without_the_failures_of_the_old(client: Client, ada: User) -> None:
    store.reserve([store.of_account(Kind.PASSWORD, ada)], 1.0)
    form = client.get(resets.path(ada), follow=True).redirect_chain[0][0]
    client.post(form, dict.fromkeys(("password1", "password2"), "seven wet herons by the mill"))
    assert store.counts(ada) == []


def test_a_device_that_is_signed_in_on_outlives_the_key_it_was_known_by(settings: Settings, ada: User) -> None:
    cookie, old = cookie_of(ada), settings.FIELD_KEYS
    new = "new:MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY="
    settings.FIELD_KEYS = f"{new} {old}"
    cookie = cookie_of(ada, held=cookie)
    settings.FIELD_KEYS = new
    assert knows(ada, cookie)
