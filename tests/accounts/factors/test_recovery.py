from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.factors import recovery
from accounts.models import RecoveryCode, User
from tests.accounts.conftest import PASSWORD, confirm, shown

CODES = "/accounts/factors/recovery-codes/"


def test_recovery_codes_are_ten_of_120_bits(ada: User) -> None:
    codes = recovery.make(ada, timezone.now())
    assert (len(set(codes)), {len(code) for code in codes}) == (10, {27})


def test_a_dump_of_the_database_holds_no_code(ada: User) -> None:
    codes = recovery.make(ada, timezone.now())
    kept = str(list(RecoveryCode.objects.values()))
    assert [code for code in codes if code in kept or code.replace("-", "") in kept] == []


def test_a_code_is_used_once_however_it_is_typed(ada: User) -> None:
    code, other, *_ = recovery.make(ada, timezone.now())
    assert recovery.use(ada, code.replace("-", " ").upper(), timezone.now()) is True
    assert recovery.use(ada, code, timezone.now()) is False
    assert recovery.use(ada, other.replace("-", ""), timezone.now()) is True
    assert recovery.count_unused(ada) == 8


def test_code_works_for_its_owner_only(ada: User) -> None:
    code = recovery.make(ada, timezone.now())[0]
    assert recovery.use(User.objects.create_user("bob"), code, timezone.now()) is False


def test_codes_stay_valid_under_a_new_key_while_the_ring_holds_the_old(ada: User, settings: Settings) -> None:
    code = recovery.make(ada, timezone.now())[0]
    settings.FIELD_KEYS = f"k2:{'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY='} {settings.FIELD_KEYS}"
    assert recovery.use(ada, code, timezone.now()) is True


def test_new_codes_replace_the_old_and_are_shown_once(signed_in: Client, ada: User, app: Authenticator) -> None:
    old = recovery.make(ada, timezone.now())[0]
    confirm(signed_in, shown())
    assertRedirects(signed_in.post(CODES), CODES, fetch_redirect_response=False)
    assert old not in str(dict(signed_in.session))
    page = signed_in.get(CODES)
    assertContains(page, 'data-testid="recovery-code"', count=10)
    assertContains(page, 'download="millrace-recovery-codes.txt"')
    assertNotContains(signed_in.get(CODES), 'data-testid="recovery-code"')
    assert recovery.use(ada, old, timezone.now()) is False


def test_new_codes_are_encrypted_until_they_are_shown(signed_in: Client, ada: User, app: Authenticator) -> None:
    confirm(signed_in, shown())
    signed_in.post(CODES)
    kept = str(dict(signed_in.session))
    page = signed_in.get(CODES).content.decode()
    codes = [part.split("</code>")[0] for part in page.split('data-testid="recovery-code">')[1:]]
    assert len(codes) == 10 and not any(code in kept for code in codes)


def test_user_is_warned_when_few_codes_are_left(signed_in: Client, ada: User, app: Authenticator) -> None:
    codes = recovery.make(ada, timezone.now())
    assertContains(signed_in.get("/accounts/security/"), "10 of 10 are left")
    for code in codes[:7]:
        recovery.use(ada, code, timezone.now())
    assertContains(signed_in.get("/accounts/security/"), "Only 3 of 10 left.")


def test_codes_are_removed_with_the_last_factor(signed_in: Client, ada: User, app: Authenticator) -> None:
    recovery.make(ada, timezone.now())
    confirm(signed_in, shown())
    signed_in.post("/accounts/factors/totp/remove/")
    assert (recovery.count_unused(ada), ada.security_events.filter(name="factor.removed").count()) == (0, 1)
    answer = Client().post("/accounts/sign-in/", {"username": "ada", "password": PASSWORD})
    assert answer.headers["Location"] == "/accounts/success/"


def test_codes_cannot_be_made_without_a_factor(confirmed: Client, ada: User) -> None:
    assertRedirects(confirmed.post(CODES), "/accounts/security/")
    assert recovery.count_unused(ada) == 0
