"""Every way to sign in, and every way round it: the questions and refusals of each, and that there is no other."""

import ast
import re
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.webauthn.internal import auth
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import invitations, resets
from accounts.factors.totp import PERIOD
from accounts.models import Session, User
from accounts.passwords import hashers
from accounts.sessions import engine
from tests.accounts.conftest import PASSWORD, confirm, shown
from tests.login.test_gate import PUBLIC, ROUTES, sample

ROOT = Path(__file__).resolve().parents[2]
CONFIRM = "/accounts/confirm/?next="
PASSWORDS = {"password", "old", "password1", "password2"}
FIELDS = PASSWORDS | {"username", "code", "credential", "typed", "q"}  # to prove an identity; to find a ticker


@pytest.fixture
def doors(client: Client, ada: User) -> dict[str, tuple[Client, dict[str, str]]]:
    """Every address that takes a password, each with a browser that it is open to and the other fields."""
    mine = Client()
    mine.force_login(ada)
    _, invitation = invitations.make("grace", timezone.now())
    reset = client.get(resets.path(ada)).headers["Location"]  # the link's end moves into the session
    return {
        "/accounts/sign-in/": (Client(), {"username": "ada"}),
        "/accounts/confirm/": (mine, {}),
        "/accounts/password/change/": (mine, {}),
        invitation: (Client(), {}),
        reset: (client, {}),
    }


def test_password_of_a_megabyte_is_never_hashed(
    doors: dict[str, tuple[Client, dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = list[bytes]()
    monkeypatch.setattr(hashers, "_bcrypt", lambda password, salt: hashed.append(password))
    for path, (browser, more) in doors.items():
        page = browser.get(path).content.decode()
        long = dict.fromkeys([name for name in sorted(PASSWORDS) if f'name="{name}"' in page][:2], "x" * 1_000_000)
        answer = browser.post(path, more | long)
        assert (path, answer.status_code, hashed) == (path, 200, [])


def test_body_over_two_megabytes_is_refused(doors: dict[str, tuple[Client, dict[str, str]]]) -> None:
    for path, (browser, more) in doors.items():
        assert browser.post(path, more | {"password": "x" * 3_000_000}).status_code == 400


def test_password_fields_are_masked_and_work_with_password_managers(
    doors: dict[str, tuple[Client, dict[str, str]]],
) -> None:
    for path, (browser, _) in doors.items():
        inputs = re.findall(r"<input[^>]*>", browser.get(path).content.decode())
        secret = [each for each in inputs if re.search('name="(password|old|password1|password2)"', each)]
        assert secret and all('type="password"' in each for each in secret)
        assert all(re.search('autocomplete="(current|new)-password"', each) for each in secret)
        assert not any("onpaste" in each or "readonly" in each or "maxlength" in each for each in secret)


def test_forms_ask_no_secret_question(doors: dict[str, tuple[Client, dict[str, str]]]) -> None:
    for path in [*doors, *(sample(route) for route in PUBLIC)]:
        page = doors.get(path, (Client(), {}))[0].get(path).content.decode()
        visible = re.findall(r'<input(?! type="hidden")[^>]* name="(\w+)"', page)
        assert set(visible) <= FIELDS


def test_a_new_installation_has_no_account(db: None) -> None:
    assert User.objects.count() == 0


APPS = ("accounts", "dashboard", "login", "streams", "monitoring")
BEGIN = {"perform_password_login", "perform_login", "login", "alogin", "force_login"}  # functions that begin a session


def called(file: Path) -> set[str]:
    """Returns the names of the functions that a file calls."""
    calls = [node.func for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    return {str(getattr(each, "attr", getattr(each, "id", ""))) for each in calls}


def test_sessions_begin_only_in_documented_places() -> None:
    """docs/security.md names them, as the ways to sign in; allauth's own views lead to its perform_login."""
    files = [file for app in APPS for file in (ROOT / app).rglob("*.py")]
    found = {str(file.relative_to(ROOT)) for file in files if BEGIN & called(file)}
    assert found == {"accounts/forms.py", "accounts/views/invitations.py", "accounts/adapters.py"}


SENSITIVE = [  # acts on a user's means to sign in, or on another user's account
    *("factors/totp/", "factors/passkeys/add/", "factors/recovery-codes/", "sessions/end/", "tokens/new/"),
    *("factors/totp/remove/", "password/change/", "people/invite/"),
]


@pytest.mark.parametrize("path", SENSITIVE)
def test_changes_of_an_account_require_a_fresh_proof(signed_in: Client, app: Authenticator, path: str) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    answer = signed_in.post(f"/accounts/{path}", {"username": "eve", "password1": "x", "label": "x"})
    assert answer.headers["Location"].startswith(CONFIRM)


def test_acts_of_staff_on_others_require_a_fresh_proof(signed_in: Client, ada: User) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    grace, (invitation, _) = User.objects.create_user("grace"), invitations.make("eve", timezone.now())
    for path in (f"{grace.pk}/deactivate/", f"{grace.pk}/send-reset/", f"invitations/{invitation.pk}/withdraw/"):
        answer = signed_in.post(f"/accounts/people/{path}", {"name": "grace"})
        assert answer.headers["Location"].startswith(CONFIRM)


PAGES = [route for route in dict.fromkeys(ROUTES) if "<" not in route and route not in PUBLIC]


@pytest.mark.long  # a page may start a process, as that of SQL does
@pytest.mark.parametrize("route", PAGES)
def test_every_page_has_a_sign_out_button(staff: Client, route: str) -> None:
    answer = staff.get(f"/{route}")
    if answer.headers.get("Content-Type", "").startswith("text/html") and answer.status_code == 200:
        assert '<form method="post" action="/accounts/sign-out/"' in answer.content.decode()


def test_session_key_has_165_random_bits() -> None:
    keys = {engine.new_key() for _ in range(100)}
    assert (len(keys), {len(key) for key in keys}, len(set("".join(keys)))) == (100, {32}, 36)


def test_unconfirmed_seed_is_encrypted_and_has_160_random_bits(signed_in: Client, ada: User) -> None:
    confirm(signed_in)
    seeds = set()
    for _ in range(3):
        seed = signed_in.get("/accounts/factors/totp/").context["form"].secret
        assert len(seed) == 32
        assert seed not in str(dict(signed_in.session)) + str(list(Session.objects.values()))
        seeds.add(seed)
    assert len(seeds) == 3


def test_passkey_challenge_has_256_new_random_bits(ada: User) -> None:
    challenges = {str(_challenge(ada)) for _ in range(5)}
    assert len(challenges) == 5 and min(map(len, challenges)) >= 43  # base64url of 32 bytes


def _challenge(user: User) -> object:
    from allauth.core import context  # noqa: PLC0415

    request = RequestFactory().get("/")
    request.session = Client().session
    with context.request_context(request):
        return auth.begin_authentication(user)["publicKey"]["challenge"]


def test_password_does_not_expire(signed_in: Client, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    later = timezone.now() + timedelta(days=3650)
    monkeypatch.setattr(timezone, "now", lambda: later)
    answer = Client().post("/accounts/sign-in/", {"username": "ada", "password": PASSWORD})
    assert answer.headers["Location"] == "/accounts/success/"


@pytest.mark.parametrize(("ticked", "left"), [({"end_others": "on"}, 1), ({}, 2)])
@pytest.mark.parametrize("change", ["factors/totp/", "factors/totp/remove/"])
def test_changing_a_factor_offers_to_end_other_sessions(
    signed_in: Client, app: Authenticator, ada: User, change: str, ticked: dict[str, str], left: int
) -> None:
    Client().force_login(ada)
    confirm(signed_in, shown())
    form = {"code": ""}
    if change == "factors/totp/":
        app.delete()
        seed = signed_in.get(f"/accounts/{change}").context["form"].secret
        form["code"] = format_hotp_value(hotp_value(seed, int(timezone.now().timestamp()) // PERIOD))
    assert signed_in.post(f"/accounts/{change}", form | ticked).status_code == 302
    assert ada.sessions.count() == left
