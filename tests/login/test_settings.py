import os
import random
import re
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS, SAMPLE = (ROOT / "login/settings.py").read_text(), (ROOT / ".env.sample").read_text()


def test_sample_lists_exactly_the_variables_of_the_settings() -> None:
    read = re.findall(r'\benv\.\w+\(\s*"(\w+)"', SETTINGS)
    assert sorted(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", SAMPLE, re.MULTILINE)) == sorted(set(read))


def test_sample_explains_every_variable() -> None:
    for paragraph in SAMPLE.strip().split("\n\n")[1:]:
        assert re.fullmatch(r"(# .+\n)+#[A-Z][A-Z0-9_]*=.*", paragraph)


def ring(seed: int) -> str:
    return "k1:" + b64encode(random.Random(seed).randbytes(32)).decode()


RINGS = {"PASSWORD_KEYS": ring(1), "FIELD_KEYS": ring(2)}


def check(**variables: str) -> subprocess.CompletedProcess[str]:
    """manage.py check in an environment of its own."""
    environment = {"PATH": os.environ["PATH"], "ALLOWED_HOSTS": "streams.example.org", **variables}
    command = [sys.executable, "manage.py", "check"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_production_needs_only_a_secret_key_and_two_key_rings() -> None:
    done = check(DEBUG="false", SECRET_KEY="Vq3xk0Zr8dTt2LmWc5yN7bHs1JfGp9Ae4UoKiXzR6vBgYhQ")
    assert done.returncode == 1
    assert [each in done.stderr for each in ("login.E002", "accounts.E001", "accounts.E002")] == [True] * 3
    done = check(DEBUG="false", SECRET_KEY="Vq3xk0Zr8dTt2LmWc5yN7bHs1JfGp9Ae4UoKiXzR6vBgYhQ-w_Mj", **RINGS)
    assert done.returncode == 0, done.stderr


def test_production_without_secret_key_is_refused() -> None:
    assert "set SECRET_KEY (or SECRET_KEY_FILE)" in check(DEBUG="false").stderr


def test_make_run_starts_uvicorn_without_proxy_headers() -> None:
    assert "--no-proxy-headers" in (ROOT / "Procfile").read_text()
