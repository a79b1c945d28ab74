"""Real database servers of a test's own, on loopback, for as long as it runs."""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import psycopg

from tests.waiting import wait_for

CERTIFICATE, KEY = "server.pem", "server.key"
_kept: dict[str, Any] = {}  # connections for many looks, by URL
CONNECTIONS = 300  # at once; more than the 100 and 151 that they come with


def missing() -> set[str]:
    """Those that this machine has no server or no driver for."""
    found = {"postgres": any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))}
    found["mariadb"] = bool(shutil.which("mariadb-install-db") and importlib.util.find_spec("MySQLdb"))
    return {name for name, is_there in found.items() if not is_there}


class Database(NamedTuple):
    """`url` for DATABASE_URL; `connect` past Django; `impatient` is said to give up on a lock after a second."""

    url: str
    connect: Callable[[], Any]
    impatient: str

    @classmethod
    def at(cls, url: str) -> "Database":
        """One of SQLite's or PostgreSQL's, by its URL."""
        if url.startswith("sqlite"):
            return sqlite(Path(url.removeprefix("sqlite:///")))
        return cls(url, lambda: psycopg.connect(url, autocommit=True), "SET lock_timeout = '1s'")


def kept(database: Database) -> Any:
    """Returns a connection that stays open: each new one to a server takes 10 to 20 ms of a processor."""
    if database.url not in _kept:
        _kept[database.url] = database.connect()
    return _kept[database.url]


def let_go() -> None:
    """Closes the connections that were kept."""
    while _kept:
        with suppress(Exception):  # the server may be gone
            _kept.popitem()[1].close()


def sqlite(path: Path) -> Database:
    return Database(f"sqlite:///{path}", lambda: sqlite3.connect(path, timeout=1, isolation_level=None), "SELECT 1")


def postgres_program(name: str) -> Path:
    """Returns a program of the newest PostgreSQL of this machine."""
    return max(Path("/usr/lib/postgresql").glob("*/bin")) / name


@contextmanager
def _postgres(folder: Path) -> Iterator[Database]:
    port = _free_port()
    words, data = _as("postgres", folder), folder / "postgres"
    subprocess.run(
        [*words, postgres_program("initdb"), "-D", data, "-U", "millrace", "--auth=trust"],
        check=True,
        stdout=-3,
        timeout=120,
    )
    settings = {
        "fsync": "off",
        "max_connections": 300,
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": folder,
    }
    if (certificate := folder / CERTIFICATE).exists():
        settings |= {"ssl": "on", "ssl_cert_file": certificate, "ssl_key_file": folder / KEY}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    server = [*words, postgres_program("postgres"), "-D", data, *options]
    with _running(server, stop=signal.SIGINT):  # SIGTERM would wait for clients
        place: dict[str, Any] = {"host": "127.0.0.1", "port": port, "user": "millrace"}
        wait_for(lambda: _answers(lambda: psycopg.connect(dbname="postgres", autocommit=True, **place)))
        with psycopg.connect(dbname="postgres", autocommit=True, **place) as connection:
            connection.execute("CREATE DATABASE millrace")
        url = f"postgres://millrace@127.0.0.1:{port}/millrace"
        yield Database.at(url)


@contextmanager
def _mariadb(folder: Path) -> Iterator[Database]:
    import MySQLdb  # noqa: PLC0415 - compiled; not on every machine

    port = _free_port()
    data = folder / "mariadb"
    user = _as("mysql", folder)
    install = ["mariadb-install-db", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"]
    subprocess.run([*user, *install], check=True, stdout=-3, stderr=-3, timeout=120)
    options = [
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={folder}/mariadb.sock",
        "--skip-log-bin",
        "--max-connections=300",
    ]
    if (certificate := folder / CERTIFICATE).exists():
        options += [f"--ssl-cert={certificate}", f"--ssl-key={folder / KEY}"]
    with _running([*user, "mariadbd", "--no-defaults", f"--datadir={data}", *options]):
        place: dict[str, Any] = {"host": "127.0.0.1", "port": port, "user": "root", "autocommit": True}
        wait_for(lambda: _answers(lambda: MySQLdb.connect(**place)))
        connection = MySQLdb.connect(**place)
        connection.cursor().execute("CREATE DATABASE millrace CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        connection.close()
        impatient = "SET innodb_lock_wait_timeout = 1"
        yield Database(
            f"mysql://root@127.0.0.1:{port}/millrace", lambda: MySQLdb.connect(db="millrace", **place), impatient
        )


@contextmanager
def server(kind: str, tls: Path | None = None, disk: Path | None = None) -> Iterator[Database]:
    """A "postgres" or a "mariadb", in a folder that is not below pytest's own: only its owner may look into that.

    With `tls`, a folder that holds CERTIFICATE and KEY, it speaks TLS to clients that ask for it.
    Its data is on `disk`, if one is given.
    """
    with TemporaryDirectory(prefix="millrace-", dir=disk) as name:
        for file in (CERTIFICATE, KEY) if tls else ():
            assert tls
            copy = Path(shutil.copy(tls / file, name))
            copy.chmod(0o600)
            if words := _as({"postgres": "postgres", "mariadb": "mysql"}[kind], Path(name)):
                shutil.chown(copy, words[1].partition("=")[2])
        with SERVERS[kind](Path(name)) as database:
            try:
                yield database
            finally:
                let_go()


def certify(folder: Path, *names: str) -> Path:
    """A certificate for names such as "IP:127.0.0.1", its own authority, as CERTIFICATE and KEY in the folder."""
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    words += [
        "-days",
        "2",
        "-subj",
        f"/CN={names[0].partition(':')[2]}",
        "-addext",
        f"subjectAltName={','.join(names)}",
    ]
    folder.mkdir(exist_ok=True)
    files = ["-keyout", str(folder / KEY), "-out", str(folder / CERTIFICATE)]
    subprocess.run([*words, *files], check=True, stderr=subprocess.DEVNULL, timeout=120)
    return folder


SERVERS = {"postgres": _postgres, "mariadb": _mariadb}


def _as(user: str, folder: Path) -> list[str]:
    """Returns the words that run a database server as its own user, which then owns the folder; servers refuse root."""
    if os.getuid() != 0:
        return []
    found = pwd.getpwnam(user)
    os.chown(folder, found.pw_uid, found.pw_gid)
    return [shutil.which("setpriv") or "setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]


@contextmanager
def _running(words: list[Any], stop: int = signal.SIGTERM) -> Iterator[None]:
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(stop)
        process.wait(timeout=60)


def _answers(connect: Callable[[], Any]) -> bool:
    try:
        connect().close()
    except Exception as error:  # noqa: BLE001 - each driver has its own
        return not str(error)
    return True


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
