from datetime import timedelta
from time import time

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


def test_device_cookie_has_the_host_prefix_when_debug_is_off(settings: Settings, ada: User) -> None:
    settings.DEVICE_COOKIE_NAME, settings.SESSION_COOKIE_SECURE = "__Host-device", True
    cookie = Client().post(SIGN_IN, ADA, secure=True).cookies["__Host-device"]
    assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", "")


def test_a_failed_sign_in_leaves_no_cookie(client: Client, ada: User) -> None:
    assert "device" not in client.post(SIGN_IN, ADA | {"password": "no"}).cookies


def test_device_cookie_does_not_sign_in(client: Client, ada: User) -> None:
    client.cookies["device"] = cookie_of(ada)
    assert client.get("/accounts/success/").status_code == 302


def test_device_cookie_cannot_be_made_from_the_database(ada: User) -> None:
    [[_, nonce]] = signing.loads(cookie_of(ada), salt=devices.SALT)
    assert len(nonce) == 22 and nonce not in repr(Device.objects.values())


@pytest.mark.parametrize(
    "cookie",
    ["", "x", "\0", "x" * 1_000_000, "1:abc:def", signing.dumps([[1, "x"]])],
    ids=["empty", "a letter", "NUL", "a megabyte", "made up", "signed for something else"],  # the last has a time in it
)
def test_foreign_device_cookie_counts_as_a_stranger(ada: User, cookie: str) -> None:
    assert not knows(ada, cookie)


def test_device_cookie_of_another_user_counts_as_a_stranger(ada: User) -> None:
    eve = User.objects.create_user("eve")
    stolen = cookie_of(eve)
    nonce = signing.loads(stolen, salt=devices.SALT)[0][1]
    assert not knows(ada, stolen)
    assert not knows(ada, signing.dumps([[ada.pk, nonce]], salt=devices.SALT))


def test_shared_browser_is_known_for_each_of_its_users(ada: User) -> None:
    eve = User.objects.create_user("eve")
    shared = cookie_of(eve, held=cookie_of(ada))
    assert knows(ada, shared) and knows(eve, shared)


def test_a_browser_remembers_five_accounts(ada: User) -> None:
    cookie = cookie_of(ada)
    for number in range(5):
        cookie = cookie_of(User.objects.create_user(f"user{number}"), held=cookie)
    assert not knows(ada, cookie) and knows(User.objects.get(username="user0"), cookie)


def test_device_is_kept_and_extended_by_another_sign_in(ada: User) -> None:
    first = cookie_of(ada)
    Device.objects.update(seen_at=timezone.now() - timedelta(days=179))
    second = cookie_of(ada, held=first)
    assert Device.objects.get().seen_at > timezone.now() - timedelta(minutes=1)
    assert knows(ada, first) and knows(ada, second)


def test_device_expires_after_180_days_and_is_removed(ada: User) -> None:
    cookie = cookie_of(ada)
    Device.objects.update(seen_at=timezone.now() - timedelta(days=180, seconds=1))
    assert not knows(ada, cookie)
    assert devices.outlived(timezone.now()).get() == Device.objects.get()


def test_notice_is_sent_for_the_second_device_but_not_the_first(client: Client, ada: User) -> None:
    client.post(SIGN_IN, ADA)
    assert not ada.security_events.filter(name="device.new").exists()
    Client().post(SIGN_IN, ADA)
    assert ada.security_events.get(name="device.new").notice


def test_devices_stay_known_after_a_rotation_of_keys(settings: Settings, ada: User) -> None:
    cookie = cookie_of(ada)
    settings.FIELD_KEYS = "new:MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY= " + configured.FIELD_KEYS
    assert knows(ada, cookie)


def test_account_closed_by_100_failures_opens_with_another_way_to_sign_in(client: Client, ada: User) -> None:
    store.reserve([store.of_account(Kind.PASSWORD, ada)], 1.0)
    Bucket.objects.update(streak=100)
    client.cookies[configured.DEVICE_COOKIE_NAME] = cookie_of(ada)
    assert client.post(SIGN_IN, ADA).status_code == 302
    assert Bucket.objects.get(scope="untrusted").streak == 16


def test_password_set_by_link_resets_the_failures(client: Client, ada: User) -> None:
    store.reserve([store.of_account(Kind.PASSWORD, ada)], 1.0)
    form = client.get(resets.path(ada), follow=True).redirect_chain[0][0]
    client.post(form, dict.fromkeys(("password1", "password2"), "seven wet herons by the mill"))
    assert store.counts(time(), ada) == []


def test_device_in_use_survives_a_rotation_of_keys(settings: Settings, ada: User) -> None:
    cookie, old = cookie_of(ada), settings.FIELD_KEYS
    new = "new:MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY="
    settings.FIELD_KEYS = f"{new} {old}"
    cookie = cookie_of(ada, held=cookie)
    settings.FIELD_KEYS = new
    assert knows(ada, cookie)
