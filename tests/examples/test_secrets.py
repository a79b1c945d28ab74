"""Runs the examples of secrets, tampers with their values, and holds them beside Millrace itself."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest
from pytest_django import Settings

from accounts import keyrings
from accounts.passwords.hashers import KeyedBCryptHasher
from tests.deployment import ROOT
from tests.examples.running import EXAMPLES, command, start

NAMES = ("encrypt", "password", "digests", "hmac_sign", "rotate")


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    path = tmp_path / "keys.txt"
    assert rotate(path, "--add", "k1") == (0, "", "")
    return path


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    """The examples as modules, by name."""
    monkeypatch.syspath_prepend(EXAMPLES / "secrets")
    found = {name: __import__(name) for name in NAMES}
    for name in NAMES:
        monkeypatch.delitem(sys.modules, name)
    return found


def example(name: str, places: Mapping[str, object], more: list[str] | None = None) -> tuple[int, str, str]:
    """Returns the exit code of an example, its output and its errors."""
    process = start(f"secrets/{name}.py", {}, places, more)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def rotate(ring: Path, *words: str) -> tuple[int, str, str]:
    script = EXAMPLES / "secrets" / "rotate.py"
    done = subprocess.run([sys.executable, script, ring, *words], cwd=ROOT, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def test_password_is_stored_and_then_checked(tmp_path: Path, ring: Path) -> None:
    typed = tmp_path / "password.txt"
    places = {"keys.txt": ring, "stored.txt": tmp_path / "stored.txt", "password.txt": typed}
    typed.write_text("correct horse\n")
    said = [example("password", places) for _ in range(2)]
    typed.write_text("correct hors\n")
    said.append(example("password", places))
    right = [(0, "Its hash is stored.\n", ""), (0, "The password is right.\n", "")]
    assert said == [*right, (1, "", "The password is wrong.\n")]


def test_password_counts_to_its_last_byte(ring: Path, modules: dict[str, ModuleType]) -> None:
    password, keys = modules["password"], modules["encrypt"].read_ring(ring)
    stored = password.make(keys, b"a" * 72 + b"\0b", cost=4)
    tries = [b"a" * 72 + b"\0b", b"a" * 72 + b"\0c", b"a" * 72, b"a" * 73]
    assert [password.is_right(keys, each, stored) for each in tries] == [True, False, False, False]


def test_hash_of_the_example_is_the_hash_of_millrace(
    ring: Path, modules: dict[str, ModuleType], settings: Settings
) -> None:
    settings.PASSWORD_KEYS = ring.read_text()
    password, keys, ours = modules["password"], modules["encrypt"].read_ring(ring), KeyedBCryptHasher()
    assert ours.verify("geheim ü", password.make(keys, "geheim ü".encode(), cost=4))
    assert password.is_right(keys, "geheim ü".encode(), ours.encode("geheim ü", ours.salt()))


def test_encrypted_file_opens_again_and_not_when_it_is_changed(tmp_path: Path, ring: Path) -> None:
    plain, sealed, opened = (tmp_path / name for name in ("plain.txt", "sealed.txt", "opened.txt"))
    plain.write_bytes(b"\0seed")
    places = {"keys.txt": ring, "plain.txt": plain, "sealed.txt": sealed}
    assert example("encrypt", places) == (0, "", "")
    swapped = {"keys.txt": ring, "encrypt": "decrypt", "plain.txt": sealed, "sealed.txt": opened}
    [*_, source, target] = command("secrets/encrypt.py", swapped).words
    assert (example("encrypt", swapped), opened.read_bytes(), opened.stat().st_mode & 0o777) == (
        (0, "", ""),
        b"\0seed",
        0o600,
    )
    assert (source, target) == (str(sealed), str(opened))
    text = sealed.read_text()
    sealed.write_text(text[:40] + ("A" if text[40] != "A" else "B") + text[41:])
    says = "The value does not open with the key 'k1': the key or the value is not what it was.\n"
    assert example("encrypt", swapped) == (1, "", says)


def test_value_of_the_example_opens_in_millrace(ring: Path, modules: dict[str, ModuleType], settings: Settings) -> None:
    settings.FIELD_KEYS = ring.read_text()
    encrypt = modules["encrypt"]
    keys = encrypt.read_ring(ring)
    assert keyrings.decrypt(encrypt.encrypt(keys, b"seed")) == "seed"
    assert encrypt.decrypt(keys, keyrings.encrypt("seed")) == b"seed"
    assert modules["digests"].digests(keys, "mlr_x") == keyrings.digests("token", "mlr_x")


def test_digest_finds_its_token_alone(tmp_path: Path, ring: Path) -> None:
    token = tmp_path / "token.txt"
    places = {"keys.txt": ring, "digests.txt": tmp_path / "digests.txt", "token.txt": token}
    token.write_text("example_" + "A" * 43)
    assert example("digests", places) == (1, "", "The token is not known.\n")
    code, out, _ = example("digests", places, ["--new", str(token)])
    assert (code, token.read_text() in out, token.stat().st_mode & 0o777) == (0, False, 0o600)
    assert example("digests", places) == (0, "The token is known.\n", "")
    assert token.read_text() not in (tmp_path / "digests.txt").read_text()


def test_digest_is_found_under_a_former_key(ring: Path, modules: dict[str, ModuleType]) -> None:
    digests, read_ring = modules["digests"], modules["encrypt"].read_ring
    stored = digests.digests(read_ring(ring), "example_x")[:1]
    assert rotate(ring, "--add", "k2", "--first", "k2")[0] == 0
    assert [digests.is_known(read_ring(ring), token, stored) for token in ("example_x", "example_y", "ü")] == [
        True,
        False,
        False,
    ]


def test_signed_lines_are_checked(tmp_path: Path, ring: Path) -> None:
    messages, signed = tmp_path / "messages.txt", tmp_path / "signed.txt"
    messages.write_text("one\ntwo\n")
    code, out, _ = example("hmac_sign", {"keys.txt": ring, "messages.txt": messages})
    lines = out.splitlines()
    signed.write_text("\n".join([*lines, lines[0], lines[1].replace("two", "six"), "{}"]) + "\n")
    reasons = ["it came before, or too many came", "the signature is wrong"]
    reasons.append("this is no signed line, or its key is not in the ring")
    says = "".join(f"Line {number} is refused: {reason}.\n" for number, reason in enumerate(reasons, 3))
    verify = {"keys.txt": ring, "sign": "verify", "messages.txt": signed}
    assert (code, example("hmac_sign", verify)) == (0, (1, "one\ntwo\n", says))


@pytest.mark.parametrize("field", ["message", "time", "once", "key", "signature"])
def test_no_part_of_a_signed_line_can_be_changed(ring: Path, modules: dict[str, ModuleType], field: str) -> None:
    sign = modules["hmac_sign"]
    assert rotate(ring, "--add", "k2")[0] == 0
    keys = modules["encrypt"].read_ring(ring)
    signed = json.loads(sign.sign(keys, "one", 1_000))
    changed = signed | {field: {"time": 1_001, "key": "k2"}.get(field, "0" * 64)}
    with pytest.raises(ValueError, match="the signature is wrong"):
        sign.Verifier(keys).verify(json.dumps(changed), 1_000)


@pytest.mark.parametrize("comes", [699, 1_301])
def test_signed_line_is_refused_outside_its_window(ring: Path, modules: dict[str, ModuleType], comes: int) -> None:
    sign, keys = modules["hmac_sign"], modules["encrypt"].read_ring(ring)
    with pytest.raises(ValueError, match="too old"):
        sign.Verifier(keys).verify(sign.sign(keys, "one", 1_000), comes)


def test_signed_line_is_taken_once_for_as_long_as_it_is_new(ring: Path, modules: dict[str, ModuleType]) -> None:
    sign, keys = modules["hmac_sign"], modules["encrypt"].read_ring(ring)
    line, verifier = sign.sign(keys, "one", 1_000), sign.Verifier(keys)
    assert verifier.verify(line, 700) == "one"  # of a clock that is ahead
    for now in range(700, 1_301, 100):
        with pytest.raises(ValueError, match="came before"):
            verifier.verify(line, now)
    verifier.verify(sign.sign(keys, "two", 1_301), 1_301)
    assert len(verifier._seen) == 1


def test_file_is_encrypted_anew_under_the_current_key(tmp_path: Path, ring: Path) -> None:
    plain, sealed = tmp_path / "plain.txt", tmp_path / "sealed.txt"
    plain.write_text("seed")
    example("encrypt", {"keys.txt": ring, "plain.txt": plain, "sealed.txt": sealed})
    assert rotate(ring, "--add", "k2", "--first", "k2") == (0, "", "")
    places = {"keys.txt": ring, "sealed.txt": sealed}
    said = [example("rotate", places)[1] for _ in range(2)]
    assert said == [f"{sealed}: encrypted anew\n", f"{sealed}: has the current key\n"]
    [first, _] = ring.read_text().splitlines()
    ring.write_text(first)
    assert (first[:3], sealed.read_text()[:3], example("rotate", places)[0]) == ("k2:", "k2:", 0)
    ring.write_text("k3:" + first[3:])
    assert example("rotate", places) == (1, "", f"{sealed}: The value's key is not in the ring: put it back.\n")


def test_ring_that_is_missing_is_told_with_its_remedy(tmp_path: Path) -> None:
    path = tmp_path / "none.txt"
    says = f"There is no {path}: python examples/secrets/rotate.py {path} --add k1\n"
    assert rotate(path) == (1, "", says)


def test_ring_that_others_may_read_is_refused(ring: Path) -> None:
    ring.chmod(0o644)
    assert rotate(ring) == (1, "", f"Other users may read {ring}: chmod 600 {ring}\n")


def test_ring_keeps_an_id_for_one_key(ring: Path) -> None:
    before = ring.read_text()
    says = "An id has 1 to 32 letters, digits, “-” or “_”, and is never given to another key.\n"
    assert [rotate(ring, "--add", name) for name in ("k1", "a:b", "")[:2]] == [(1, "", says)] * 2
    assert ring.read_text() == before
