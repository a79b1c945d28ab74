import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as configured
from pytest_django import Settings

from accounts import checks
from tests.login.test_settings import RINGS, ROOT, ring


@pytest.fixture
def production(settings: Settings) -> Settings:
    settings.DEBUG, settings.PASSWORD_KEYS, settings.FIELD_KEYS = False, RINGS["PASSWORD_KEYS"], RINGS["FIELD_KEYS"]
    settings.REQUIRE_SECOND_FACTOR = "staff"
    return settings


def refusals() -> list[str | None]:
    found = checks.unsafe()
    assert all(each.hint for each in found)
    return [each.id for each in found]


def test_valid_key_rings_pass(production: Settings) -> None:
    assert refusals() == []


@pytest.mark.parametrize("text", ["", "k1:c2hvcnQ=", f"{ring(3)} {ring(3)}", ring(3).replace("k1", "local")])
@pytest.mark.parametrize(("name", "check"), [("PASSWORD_KEYS", "accounts.E001"), ("FIELD_KEYS", "accounts.E002")])
def test_missing_short_duplicate_or_local_key_is_refused(
    production: Settings, name: str, check: str, text: str
) -> None:
    setattr(production, name, text)
    assert refusals() == [check]


def test_one_ring_for_both_uses_is_refused(production: Settings) -> None:
    production.FIELD_KEYS = production.PASSWORD_KEYS
    assert refusals() == ["accounts.E003"]


def test_a_refusal_never_quotes_a_key(production: Settings) -> None:
    production.PASSWORD_KEYS = production.FIELD_KEYS = f"{ring(3)} {ring(3)} {RINGS['FIELD_KEYS'][3:]}"
    words = " ".join(each.msg for each in checks.unsafe())
    assert [key for key in re.split("[: ]", production.FIELD_KEYS) if len(key) > 9 and key in words] == []


@pytest.mark.parametrize("content", [None, b"", b"{}\n\xff", b'{"format": 1, "hashes": "x"}\n\xff', b"\xff" * 99])
@pytest.mark.parametrize(("debug", "expected"), [(True, "accounts.W004"), (False, "accounts.E004")])
def test_missing_or_damaged_blocklist_is_reported(
    production: Settings, tmp_path: Path, content: bytes | None, debug: bool, expected: str
) -> None:
    production.DEBUG, production.COMMON_PASSWORDS = debug, tmp_path / "common-passwords"
    if content is not None:
        production.COMMON_PASSWORDS.write_bytes(content)
    assert [each.id for each in (*checks.unsafe(), *checks.prepared())] == [expected]


def test_require_second_factor_none_is_refused_in_production(production: Settings) -> None:
    production.REQUIRE_SECOND_FACTOR = "none"
    assert refusals() == ["accounts.E005"]


def test_checks_pass_in_development(production: Settings) -> None:
    production.DEBUG, production.PASSWORD_KEYS = True, ""
    assert refusals() == []


def test_clone_makes_its_own_keys_readable_by_its_owner_only() -> None:
    for name in ("password-keys", "field-keys", "secret-key"):
        path = Path(configured.VAR_DIR) / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_key_ring_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f"{ring(4)}\n{ring(5).replace('k1', 'k0')}\n")
    environment = {"PATH": os.environ["PATH"], "FIELD_KEYS_FILE": str(tmp_path / "keys")}
    script = "import django; django.setup(); from accounts import keyrings; print(*keyrings.fields())"
    environment["DJANGO_SETTINGS_MODULE"] = "login.settings"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert (done.stdout, done.stderr) == ("k1 k0\n", "")
