import subprocess
import sys
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.utils import timezone

from accounts.factors import totp
from accounts.models import User
from tests.accounts.conftest import SEED, first_step, shown
from tests.deployment import Deployment

NOW = 1_800_000_015.0
ROOT = Path(__file__).resolve().parents[3]


def code_at(moment: float) -> str:
    return str(format_hotp_value(hotp_value(SEED, int(moment) // totp.PERIOD)))


@pytest.mark.parametrize(("moment", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924")])
def test_codes_are_those_of_rfc_6238(moment: int, code: str) -> None:
    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp.matches(seed, code, moment) == moment // 30
    assert totp.matches(seed, code, moment + 30) is None
    assert totp.matches(seed, code, moment - 30) is None


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "\N{ARABIC-INDIC DIGIT THREE}" * 6, "x" * 9999])
def test_malformed_code_is_rejected(app: Authenticator, typed: str) -> None:
    assert totp.use(app, typed, NOW) is False


def test_code_is_accepted_once(app: Authenticator) -> None:
    assert [totp.use(app, code_at(NOW), NOW) for _ in range(3)] == [True, False, False]
    assert totp.use(app, code_at(NOW + 30), NOW + 30) is True


def test_code_older_than_the_newest_is_rejected(app: Authenticator) -> None:
    assert totp.use(app, code_at(NOW), NOW) is True
    assert totp.use(app, code_at(NOW - 30), NOW - 30) is False  # a clock that was put back


def test_code_is_accepted_once_after_a_clock_ahead_by_years(app: Authenticator) -> None:
    ahead = NOW + 20 * 365 * 86400
    assert totp.use(app, code_at(ahead), ahead) is True
    assert [totp.use(app, code_at(NOW), NOW) for _ in range(2)] == [True, False]


def test_the_seed_is_kept_encrypted(app: Authenticator) -> None:
    assert SEED not in str(Authenticator.objects.values("data").get())
    assert app.data["secret"].startswith("local:")


def test_code_that_set_up_the_app_does_not_sign_in(client: Client, ada: User, app: Authenticator) -> None:
    counter = totp.matches(SEED, shown(), timezone.now().timestamp())
    assert counter and totp.spend(app, counter)
    assert first_step(client) == "/accounts/two-factor/"
    assert client.post("/accounts/two-factor/", {"code": shown()}).status_code == 200


SET_UP = """
from allauth.mfa.totp.internal.auth import TOTP
from accounts.models import User
TOTP.activate(User.objects.get(), "{seed}")
"""
TRY = """
import os, sys; sys.path.insert(0, sys.argv[1]); os.environ["DJANGO_SETTINGS_MODULE"] = "login.settings"
import django; django.setup()
from allauth.mfa.models import Authenticator
from accounts.factors import totp
sys.stdin.readline()
print(totp.use(Authenticator.objects.get(), sys.argv[2], float(sys.argv[3])))
"""


def test_code_is_accepted_by_one_of_several_processes(tmp_path: Path) -> None:
    deployment = Deployment(tmp_path)
    deployment.run("first_user")
    deployment.run("shell", "--verbosity", "0", "-c", SET_UP.format(seed=SEED))
    command = [sys.executable, "-c", TRY, str(ROOT), code_at(NOW), str(NOW)]
    tries = [
        subprocess.Popen(command, env=deployment.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for each in tries:
        assert each.stdin
        each.stdin.write("now\n")
        each.stdin.flush()
    assert sorted(each.communicate(timeout=60)[0].strip() for each in tries) == ["False", "False", "False", "True"]
