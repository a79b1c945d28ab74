"""Reads DATABASE_URL: SQLite, PostgreSQL, MariaDB or MySQL (Aurora), with the options that Millrace relies on.

    sqlite:///PATH
    postgres://USER:PASSWORD@HOST:5432/NAME?sslmode=verify-full&sslrootcert=/etc/ssl/rds.pem
    mysql://USER:PASSWORD@HOST:3306/NAME?ssl_ca=/etc/ssl/rds.pem

Other options of the query go to the driver unchanged: psycopg or mysqlclient.
"""

import os
import re
import sqlite3
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SQLITE, POSTGRES, MYSQL = (f"django.db.backends.{name}" for name in ("sqlite3", "postgresql", "mysql"))
ENGINES = {"sqlite": SQLITE, "postgres": POSTGRES, "postgresql": POSTGRES, "mysql": MYSQL, "mariadb": MYSQL}
CONNECT = 3  # seconds: an unreachable server gives an error soon; pages and /readyz say so, workers retry
# A process stopped in the middle of a write must not block the others for longer than leases last. MariaDB alone
# reads the text in /*M! */; MySQL has no such limit.
MYSQL_BEGINS = "SET /*M!100300 SESSION idle_write_transaction_timeout = 10, */ SESSION innodb_lock_wait_timeout = 20"


class ExistingFile(sqlite3.Connection):
    """Opens an SQLite file that exists. SQLite itself would make an empty file for a mistyped DATABASE_URL."""

    may_create = False  # manage.py migrate makes the file

    def __init__(self, database: str, *args: Any, **options: Any) -> None:
        in_memory = database == ":memory:" or database.startswith("file:")
        if not (self.may_create or in_memory or os.path.exists(database)):  # noqa: PTH110 - each new connection asks
            raise sqlite3.OperationalError(f"there is no file {database}")
        super().__init__(database, *args, **options)


_SQLITE_OPTIONS = {
    "factory": ExistingFile,
    # IMMEDIATE, because SQLite refuses at once, without the timeout, to turn a read transaction into a write.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,  # seconds
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}
# A server that vanishes silently, as when a cable is cut, is noticed within 25 s.
KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}
SSL_FILES = {"ssl_ca", "ssl_capath", "ssl_cert", "ssl_key", "ssl_cipher"}
MISTAKEN = {SQLITE: set[str](), POSTGRES: SSL_FILES | {"ssl_mode"}, MYSQL: {"sslmode", "sslrootcert"}}

KINDS = "It looks like sqlite:///PATH, postgres://USER:PASSWORD@HOST/NAME or mysql://USER:PASSWORD@HOST/NAME."
ESCAPES = (
    "In the user, the password and the name write each character but letters, digits and - . _ ~ as %XX: "
    "# is %23, % is %25, / is %2F, : is %3A, ? is %3F, @ is %40."
)
TLS = "PostgreSQL's are sslmode=verify-full&sslrootcert=PATH, those of MariaDB and MySQL ssl_ca=PATH."


def read(url: str, max_age: int) -> dict[str, Any]:
    """Returns a value of Django's DATABASES. Raises ImproperlyConfigured in a sentence that never shows the password.

    `max_age`: seconds that a web process keeps a connection. SQLite connections open quickly and are not kept.
    """
    parts, port = _split(url.strip())
    given = _query(parts)
    engine = ENGINES[parts.scheme]
    if engine == SQLITE:
        return {"ENGINE": engine, "NAME": unquote(parts.path[1:]), "OPTIONS": given | _SQLITE_OPTIONS}
    host = str(given.pop("host", "")) or parts.hostname or ""
    return {
        "ENGINE": engine,
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port or "",
        "CONN_MAX_AGE": max_age,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_bin"} if engine == MYSQL else {},
        "OPTIONS": {"connect_timeout": CONNECT} | (_postgres(given) if engine == POSTGRES else _mysql(given)),
    }


def _split(url: str) -> tuple[SplitResult, int | None]:
    """Returns the parts and the port, and refuses a URL whose parts may not be the intended ones."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refusal("cannot be read", ESCAPES) from None
    if parts.scheme not in ENGINES:
        raise _refusal("names no database that Millrace knows", KINDS)
    if re.search(r"[\s#]|%(?![0-9A-Fa-f]{2})", url):
        raise _refusal("has a blank, a # or a % that stands for itself", ESCAPES)
    if parts.scheme == "sqlite":
        if parts.netloc or not parts.path[1:]:
            raise _refusal("names no file", "An absolute path has four slashes: sqlite:////var/lib/millrace.sqlite3.")
    elif not re.fullmatch(r"/[^/@:]+", parts.path):
        raise _refusal("names no database after the host", f"{KINDS} {ESCAPES}")
    return parts, port


def _query(parts: SplitResult) -> dict[str, Any]:
    """Returns the options. Digits become numbers, since drivers require that."""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    mistaken = [name for name, _ in pairs if name in MISTAKEN[ENGINES[parts.scheme]]]
    if mistaken:
        raise _refusal(f"has {mistaken[0]}, which is another database's option", TLS)
    return {name: int(value) if value.isdecimal() and value.isascii() else value for name, value in pairs}


def _postgres(given: dict[str, Any]) -> dict[str, Any]:
    """Returns psycopg's options. With `sslrootcert` the server must prove its name; libpq alone would take any."""
    proof = {"sslmode": "verify-full"} if "sslrootcert" in given else {}
    options = f"{given.get('options', '')} -c idle_in_transaction_session_timeout=10s".strip()
    return KEEPALIVE | proof | given | {"options": options}


def _mysql(given: dict[str, Any]) -> dict[str, Any]:
    files = {name.removeprefix("ssl_"): given.pop(name) for name in SSL_FILES & given.keys()}
    proof = {"ssl_mode": "VERIFY_IDENTITY", "ssl": files} if files else {}
    return {"charset": "utf8mb4", "init_command": MYSQL_BEGINS} | proof | given


def _refusal(fault: str, hint: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"DATABASE_URL {fault}. {hint}")
