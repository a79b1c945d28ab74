"""Files of settings: `.env` of a checkout, and millrace.env, which systemd reads too."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from login import environment
from tests.deployment import ROOT

GENERATOR = Path("/usr/lib/systemd/user-environment-generators/30-systemd-environment-d-generator")
TAKEN = {
    b"A=b": "b",
    b"A = b ": "b",
    b"\tA=b\r\n": "b",
    b"A=b\r": "b",
    b"\xef\xbb\xbfA=b": "b",
    "A=b\n".encode("utf-16"): "b",
    "A=é\r\n".encode("utf-16"): "é",
    b"export A=b": "b",
    b"export\t A =b": "b",
    b"# A=c\n; A=c\n\n  \nA=b": "b",
    b"A=": "",
    b"A=''": "",
    b"A=a#b": "a#b",
    b"A=a # b": "a # b",
    b"A=#ab": "#ab",
    b"A=$abc": "$abc",
    b"A=a$b${c}": "a$b${c}",
    b"A=%41&b;c": "%41&b;c",
    b"A=Millrace <m@x>": "Millrace <m@x>",
    b"A=O'Brien <m@x>": "O'Brien <m@x>",
    b"A=a=b==": "a=b==",
    b"A='a b # $c \\d'": "a b # $c \\d",
    b'A="a \'b\' \\"c\\" \\\\ \\$d \\e"': "a 'b' \"c\" \\ $d \\e",
    b"A=`id`": "`id`",
}
REFUSED = {
    b"A": "line 1 is no assignment",
    b"\nsome words = b": "line 2 is no assignment",
    b"A-B=c": "line 1 is no assignment",
    b"1A=c": "line 1 is no assignment",
    b"=c": "line 1 is no assignment",
    b"A='b": "line 1 gives A a quote that is not closed",
    b"A='b\nc'": "line 1 gives A a quote that is not closed",
    b'A="b\\"': "line 1 gives A a quote that is not closed",
    b'A="b" c': "line 1 gives A text after the closing quote",
    b"A='b' # c": "line 1 gives A text after the closing quote",
    b"A=b\\c": "line 1 gives A a backslash",
    b"A=b\\\nC=d": "line 1 gives A a backslash",
    b"A=b\nA=c": "line 2 sets A again, after line 1",
    b"\nA=b\xff": "line 2 holds bytes that are no UTF-8",
    "A=b".encode("utf-16-le"): "line 1 holds a zero byte",
}


def written(folder: Path, data: bytes) -> Path:
    path = folder / ".env"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("data", TAKEN)
def test_environment_line_is_read_as_written(data: bytes, tmp_path: Path) -> None:
    assert environment.read(written(tmp_path, data), lenient=False) == {"A": TAKEN[data]}


@pytest.mark.parametrize("data", REFUSED)
def test_ambiguous_environment_line_is_refused(data: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, data)
    with pytest.raises(ImproperlyConfigured) as refusal:
        environment.read(path, lenient=False)
    assert str(refusal.value).startswith(f"{path}, {REFUSED[data]}")


@pytest.mark.parametrize(
    "text", ["sesame street", "A='sesame", "A=sesame\\", "A='sesame' sesame", "A=1\nA=sesame", "A-sesame=1"]
)
def test_a_refusal_shows_no_value(text: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        environment.read(written(tmp_path, text.encode()), lenient=False)
    assert "sesame" not in str(refusal.value)


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, b"A=file\nB=file\nC_FILE=file\nD=file\n")
    variables = {"A": "given", "C": "given", "D_FILE": "given"}
    environment.load(path, variables)
    assert variables == {"A": "given", "B": "file", "C": "given", "D_FILE": "given"}


def test_missing_environment_file_adds_nothing_and_a_folder_is_refused(tmp_path: Path) -> None:
    environment.load(tmp_path / "none", variables := {"A": "b"})
    assert variables == {"A": "b"}
    with pytest.raises(ImproperlyConfigured, match=r"cannot be read: Is a directory\.$"):
        environment.load(tmp_path, variables)


def test_environment_file_is_refused_when_it_is_endless_or_a_broken_link(tmp_path: Path) -> None:
    for name, target, says in (("endless", "/dev/zero", "is larger than 1 MiB"), ("loop", "loop", "cannot be read")):
        path = tmp_path / name
        path.symlink_to(target)
        with pytest.raises(ImproperlyConfigured, match=says):
            environment.load(path, {})


BACKUP = "BACKUP_OPTIONS=--keep 14 --upload s3://BUCKET/backups/"
SYSTEMD = {
    BACKUP: "--keep 14 --upload s3://BUCKET/backups/",
    "A=a\\\nb": "ab",
    "A=a\\b\\\\c": "ab\\c",
    "A='b' \"c\"": "bc",
    "A='b\nc'": "b\nc",
    'A="a\\\nb"': "ab",
    "A=b \\ ": "b  ",
    "A=1\nA=2": "2",
    "EMAIL_FROM=Millrace <m@x>": "Millrace <m@x>",
    "EMAIL_URL=smtp://u:a$b@h": "smtp://u:a$b@h",
    "STREAM_URL=embedded:/a?limits=kinesis&seed=1": "embedded:/a?limits=kinesis&seed=1",
}


@pytest.mark.parametrize("text", SYSTEMD)
def test_shell_reads_the_same_values_as_systemd(text: str, tmp_path: Path) -> None:
    path, name = written(tmp_path, text.encode()), text.partition("=")[0]
    words = [sys.executable, "-m", "login.environment", str(path)]
    script = f'settings=$("$@"); eval "$settings"; printf %s "${name}"'
    done = subprocess.run(["sh", "-euc", script, "sh", *words], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == (SYSTEMD[text], "")


@pytest.mark.parametrize("line", ["DEBUG", "export A=b", "A-B=c", "\ufeffA=b", "# a \\"])
def test_shell_stops_at_a_line_that_systemd_would_ignore(line: str, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "login.environment", str(written(tmp_path, line.encode()))]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


LINES = st.lists(
    st.tuples(st.sampled_from(["A=", "B = ", " A= "]), st.text("ab \"'\\#;<&=é\n", min_size=1, max_size=9)), min_size=1
)


@given(lines=LINES)
def test_environment_reader_agrees_with_systemds(
    lines: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The generator of environment.d has systemd's reader, and prints the values; it leaves out empty ones."""
    folder = tmp_path_factory.mktemp("systemd")
    path = folder / "environment.d" / "x.conf"
    path.parent.mkdir()
    path.write_text("\n".join(name + value for name, value in lines))
    try:
        found = environment.read(path, lenient=True)
    except ImproperlyConfigured:
        return
    if not GENERATOR.exists() or "" in found.values() or "\n" in "".join(found.values()):
        return
    said = subprocess.run(
        [GENERATOR], env={"XDG_CONFIG_HOME": str(folder), "HOME": "/"}, capture_output=True, text=True, timeout=120
    )
    shell = 'set -a; eval "$1"; for n in A B; do [ ! -v $n ] || printf \'%s=%s\\n\' $n "${!n}"; done'
    printed = subprocess.run(
        ["bash", "-c", shell, "bash", said.stdout], env={}, capture_output=True, text=True, timeout=120
    ).stdout
    expected = [f"{name}={found[name]}" for name in "AB" if name in found]  # a line break in a value begins others
    assert printed.splitlines() == expected


def test_installed_sample_is_valid_when_uncommented(tmp_path: Path) -> None:
    text = (ROOT / "deploy/millrace.env").read_text()
    path = written(tmp_path, re.sub(r"^#(?=[A-Z_]+=)", "", text, flags=re.MULTILINE).encode())
    assert environment.read(path, lenient=True)["BACKUP_OPTIONS"] == SYSTEMD[BACKUP]


SECRET = "Vq3xk0Zr8dTt2LmWc5yN7bHs1JfGp9Ae4UoKiXzR6vBgYhQ-w_Mj"
ENTRIES = {
    "manage.py": [sys.executable, "manage.py", "check"],
    "help": [sys.executable, "manage.py", "help"],
    "wsgi": [sys.executable, "-c", "import login.wsgi"],
    "asgi": [sys.executable, "-c", "import login.asgi"],
    "uvicorn": [sys.executable, "-m", "uvicorn", "login.asgi:application", "--port", "0"],
}
VALUES = {
    "SESSION_IDLE": ["30min", "900 # seconds", "", "1_000", "9" * 20],
    "DEBUG": ["flase", "false # off", "", "2"],
    "LOG_LEVEL": ["VERBOSE"],
    "LOG_FORMAT": ["xml"],
    "EMAIL_URL": ["pigeon://loft", "smtp://a:b#c@h"],
    "SECRET_KEY_FILE": ["/nowhere"],
    "PORT": ["http", "0", "70000"],
}


def started(words: list[str], name: str, value: str) -> subprocess.CompletedProcess[str]:
    variables = {"PATH": os.environ["PATH"], name: value}
    return subprocess.run(words, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("entry", ENTRIES)
def test_invalid_setting_ends_every_process_with_one_sentence(entry: str) -> None:
    done = started(ENTRIES[entry], "SESSION_IDLE", "30min")
    assert (done.returncode, done.stderr) == (
        2,
        "SESSION_IDLE is no whole number. A unit or a comment must not follow it.\n",
    )


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in VALUES for value in VALUES[name]])
def test_invalid_setting_is_refused_by_name(name: str, value: str) -> None:
    done = started([sys.executable, "-c", "from login.entry import read_settings; read_settings()"], name, value)
    assert (done.returncode, done.stderr.count("\n"), done.stderr.startswith(name)) == (2, 1, True), done.stderr


@pytest.mark.parametrize("value", ["$abc" + SECRET, "a#b" + SECRET, "\\$a" + SECRET])
def test_a_value_reaches_the_settings_as_it_is_written(value: str) -> None:
    script = (
        "from login.entry import read_settings as r; r(); from django.conf import settings as s; print(s.SECRET_KEY)"
    )
    assert started([sys.executable, "-c", script], "SECRET_KEY", value).stdout == value + "\n"
