"""Checks the database: a remote one must prove its name by TLS, and letters of different case must differ."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import Any

from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 (Django's name for it)
from django.db import connections

from login.databases import MYSQL, POSTGRES
from streams.coordination import packets


def proven(database: Mapping[str, Any]) -> Iterator[CheckMessage]:
    """Checks that a server on another machine must prove its name before it gets a password and data."""
    options, engine = database.get("OPTIONS", {}), database["ENGINE"]
    proof = {POSTGRES: ("sslmode", "verify-full"), MYSQL: ("ssl_mode", "VERIFY_IDENTITY")}.get(engine)
    if proof and not _is_here(str(database.get("HOST", ""))) and options.get(proof[0]) != proof[1]:
        option = "ssl_ca=PATH" if engine == MYSQL else "sslmode=verify-full&sslrootcert=PATH"
        hint = f"Add to the query of DATABASE_URL: ?{option}, the path of its authority's certificate."
        yield Warning(f"The database at {database['HOST']} does not have to prove its identity.", hint, id="login.W023")


def _is_here(host: str) -> bool:
    """Returns whether the host is a socket of this machine or a loopback address."""
    if host in ("", "localhost") or host.startswith(("/", "@")):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def collation(app_configs: object = None, databases: Iterable[str] | None = None, **_: object) -> list[CheckMessage]:
    """Checks, on MariaDB and MySQL, that the tickers `Aa` and `AA` do not share a row.

    It queries the database, so `migrate` runs it.
    """
    messages: list[CheckMessage] = []
    for alias in databases or ():
        if connections[alias].vendor == "mysql":
            messages += _collation(alias)
    return messages


def packet(app_configs: object = None, databases: Iterable[str] | None = None, **_: object) -> list[CheckMessage]:
    """Checks, on MariaDB and MySQL, that a statement may hold a large record or state. Queries the database."""
    return [message for alias in databases or () if connections[alias].vendor == "mysql" for message in _packet(alias)]


def _packet(alias: str) -> Iterator[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT @@max_allowed_packet")
        [size] = cursor.fetchone()
    if size < packets.ENOUGH:
        says = f"The database takes {size >> 20} MiB in one statement: large records and many keys will be refused."
        hint = f"Set max_allowed_packet={packets.ENOUGH >> 20}M below [mariadbd] or [mysqld] in its configuration."
        yield Warning(says, hint, id="login.W027")


def _collation(alias: str) -> Iterator[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT database(), @@collation_database")
        name, default = cursor.fetchone()
        cursor.execute(
            "SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = database()"
            " AND collation_name NOT LIKE '%%_bin' ORDER BY table_name"
        )
        folding = [table for (table,) in cursor.fetchall()]
    if not default.endswith("_bin"):
        hint = f"Before the first migrate: ALTER DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        yield Error(f"The database treats letters of different case as the same ({default}).", hint, id="login.E024")
    if folding:
        hint = "For each: ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        says = f"Tables that treat letters of different case as the same: {', '.join(folding)}."
        yield Error(says, hint, id="login.E025")
