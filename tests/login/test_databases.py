"""DATABASE_URL, as people write it, against the servers that it leads to."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections
from django.utils.connection import ConnectionProxy
from hypothesis import example, given
from hypothesis import strategies as st

from login import databases
from login.checks import databases as checks
from tests.databases import CERTIFICATE, Database, certify, server
from tests.deployment import ROOT as REPOSITORY
from tests.deployment import Deployment

secrets = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
hosts = st.sampled_from(["db.example.org", "127.0.0.1", "[::1]"])


@given(secrets, secrets, secrets, hosts, st.sampled_from(["postgres", "postgresql", "mysql", "mariadb"]))
@example("a", "#?/@%:+ ü\n\\'\"&=", "b", "db.example.org", "postgres")
def test_percent_encoded_database_url_decodes_to_the_original(
    user: str, password: str, name: str, host: str, scheme: str
) -> None:
    url = f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{host}:1234/{quote(name, safe='')}"
    found = databases.read(url, 60)
    assert [found[key] for key in ("USER", "PASSWORD", "NAME", "PORT")] == [user, password, name, 1234]
    assert found["HOST"] == host.strip("[]")


@given(st.text(st.sampled_from("#?/@%:[] \n+12ab\u00fc")), st.sampled_from(["postgres", "mysql"]))
@example("p#w", "postgres")
def test_unencoded_password_is_read_or_refused_and_never_shown(secret: str, scheme: str) -> None:
    password = f"Xq7{secret}Zk9"
    try:
        found = databases.read(f"{scheme}://ada:{password}@db.example.org/millrace", 60)
    except ImproperlyConfigured as refusal:
        assert "Xq7" not in str(refusal) and "Zk9" not in str(refusal)
        assert str(refusal).startswith("DATABASE_URL ")
    else:
        assert (found["HOST"], found["NAME"]) == ("db.example.org", "millrace")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("oracle://ada:secret@db/millrace", "names no database that Millrace knows"),
        ("postgres://ada:se#cret@db/millrace", "cannot be read"),
        ("postgres://ada:12?34@db/millrace", "names no database after the host"),
        ("postgres://ada:secret@db", "names no database after the host"),
        ("mysql://ada:sec%ret@db/millrace", "has a blank, a # or a % that stands for itself"),
        ("sqlite://millrace.sqlite3", "names no file"),
        ("mysql://ada:secret@db/millrace?sslmode=verify-full", "has sslmode, which is another database's option"),
        ("postgres://ada:secret@db/millrace?ssl_ca=a.pem", "has ssl_ca, which is another database's option"),
    ],
)
def test_impossible_database_url_is_refused_with_a_message(url: str, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^DATABASE_URL {sentence}\\. ") as refusal:
        databases.read(url, 60)
    assert "secret" not in str(refusal.value)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certify(tmp_path_factory.mktemp("tls") / "ours", "IP:127.0.0.1")


@pytest.fixture(scope="module", params=["postgres", "mariadb"])
def speaker(request: pytest.FixtureRequest, tls: Path) -> Iterator[Database]:
    """A server that speaks TLS, of this address."""
    with server(request.param, tls) as database:
        yield database


AUTHORITY = {"postgres": "sslrootcert", "mysql": "ssl_ca"}
CIPHER = {"postgresql": "SELECT cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()"}


def cipher(url: str) -> Any:
    """Returns the cipher of the connection that Django makes."""
    connections.settings["other"] = connections.configure_settings(
        {"default": connections.settings["default"], "other": databases.read(url, 0)}
    )["other"]
    other: Any = ConnectionProxy(connections, "other")
    try:
        with other.cursor() as cursor:
            cursor.execute(CIPHER.get(other.vendor, "SHOW STATUS LIKE 'Ssl_cipher'"))
            return cursor.fetchone()[-1]
    finally:
        other.close()
        del connections["other"], connections.settings["other"]


def test_server_is_verified_when_the_authority_is_named(speaker: Database, tls: Path, django_db_blocker: Any) -> None:
    root = AUTHORITY[speaker.url.partition(":")[0]]
    with django_db_blocker.unblock():
        assert cipher(f"{speaker.url}?{root}={tls / CERTIFICATE}").startswith("TLS_")


def test_server_of_another_authority_is_refused(speaker: Database, tmp_path: Path, django_db_blocker: Any) -> None:
    root = AUTHORITY[speaker.url.partition(":")[0]]
    other = certify(tmp_path / "other", "IP:127.0.0.1") / CERTIFICATE
    with django_db_blocker.unblock(), pytest.raises(OperationalError, match=r"(?i)certificate"):
        cipher(f"{speaker.url}?{root}={other}")


def test_server_with_a_certificate_for_another_name_is_refused(
    tls: Path, tmp_path: Path, django_db_blocker: Any
) -> None:
    elsewhere = certify(tmp_path / "elsewhere", "DNS:db.example.org")
    for kind in ("postgres", "mariadb"):
        with server(kind, elsewhere) as database, django_db_blocker.unblock():
            root = AUTHORITY[database.url.partition(":")[0]]
            with pytest.raises(OperationalError, match=r"(?i)certificate"):
                cipher(f"{database.url}?{root}={elsewhere / CERTIFICATE}")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://db.example.org/a", ["login.W023"]),
        ("postgres://db.example.org/a?sslmode=require", ["login.W023"]),
        ("postgres://10.0.0.1/a?sslmode=verify-full", []),
        ("postgres://db.example.org/a?sslrootcert=system", []),
        ("postgres://127.0.0.1/a", []),
        ("postgres:///a?host=/run/postgresql", []),
        ("mysql://db.example.org/a?ssl_mode=REQUIRED", ["login.W023"]),
        ("mysql://db.example.org/a?ssl_ca=rds.pem", []),
        ("mysql://[::1]/a", []),
        ("sqlite:///a", []),
    ],
)
def test_remote_server_without_verification_is_warned_of(url: str, expected: list[str]) -> None:
    assert [each.id for each in checks.proven(databases.read(url, 60))] == expected


def test_migrate_refuses_a_mariadb_that_folds_case(tmp_path: Path) -> None:
    with server("mariadb") as database:
        deployment = Deployment(tmp_path, database)
        deployment.query("CREATE DATABASE folding CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
        assert "login.E" not in deployment.run("check", "--database", "default")
        deployment.query("CREATE TABLE folded (ticker varchar(9) COLLATE utf8mb4_general_ci)")
        refusal = deployment.run("check", "--database", "default", code=1)
        assert "(login.E025) Tables that treat letters of different case as the same: folded." in refusal
        deployment.environment["DATABASE_URL"] = database.url.replace("/millrace", "/folding")
        refusal = deployment.run("migrate", code=1)
        assert "(login.E024) The database treats letters of different case as the same (utf8mb4_general_ci)." in refusal
        assert "ALTER DATABASE `folding` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" in refusal


def test_socket_server_threads_keep_no_connections() -> None:
    code = "import login.asgi; from django.db import connection; print(connection.settings_dict['CONN_MAX_AGE'])"
    assert (
        subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, timeout=120).stdout == b"0\n"
    )
