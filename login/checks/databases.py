"""What the database must be: reached by TLS if it is elsewhere, and telling letters of different case apart."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import Any

from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 (Django's name for it)
from django.db import connections

from login.databases import MYSQL, POSTGRES
from streams.coordination import packets


def proven(database: Mapping[str, Any]) -> Iterator[CheckMessage]:
    """Whether a server on another machine must prove its name before it is told a password and all that is written."""
    options, engine = database.get("OPTIONS", {}), database["ENGINE"]
    proof = {POSTGRES: ("sslmode", "verify-full"), MYSQL: ("ssl_mode", "VERIFY_IDENTITY")}.get(engine)
    if proof and not _is_here(str(database.get("HOST", ""))) and options.get(proof[0]) != proof[1]:
        option = "ssl_ca=PATH" if engine == MYSQL else "sslmode=verify-full&sslrootcert=PATH"
        hint = f"Add to the query of DATABASE_URL: ?{option}, the path of its authority's certificate."
        yield Warning(f"The database at {database['HOST']} does not have to prove who it is.", hint, id="login.W023")


def _is_here(host: str) -> bool:
    """A socket of this machine, or an address that leads nowhere else."""
    if host in ("", "localhost") or host.startswith(("/", "@")):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def collation(app_configs: object = None, databases: Iterable[str] | None = None, **_: object) -> list[CheckMessage]:
    """On MariaDB and MySQL: the tickers `Aa` and `AA` must not share a row. Asks the database, so `migrate` runs it."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        if connections[alias].vendor == "mysql":
            found += _collation(alias)
    return found


def packet(app_configs: object = None, databases: Iterable[str] | None = None, **_: object) -> list[CheckMessage]:
    """On MariaDB and MySQL: whether a statement may have a large record or state. Asks the database, as collation()."""
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
        yield Error(f"The database takes letters of different case for the same ({default}).", hint, id="login.E024")
    if folding:
        hint = "For each: ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
        says = f"Tables that take letters of different case for the same: {', '.join(folding)}."
        yield Error(says, hint, id="login.E025")
