"""Backs up the database and the embedded stream into one archive, beside running processes, and restores them.

The database is copied first, the stream second. So the stream's copy holds at least all records that the database's
checkpoints count as applied, and workers on the restored pair go on from there, each record exactly once. In the other
order, records put after a restore would get numbers that the checkpoints have already passed. Records put after the
copy of the stream are not in the backup; on Kinesis they still exist, and are read again from the restored checkpoints.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Greatest

from accounts import keyrings
from accounts.sessions import registry
from login import archives
from login.archives import Manifest
from login.databases import MYSQL, POSTGRES, SQLITE
from streams.backends.embedded.stream import SEQUENCES_A_MILLISECOND
from streams.backends.embedded.url import SCHEME, parse_embedded
from streams.core.clock import from_datetime
from streams.models import TopicVersion

STREAM = "streams.sqlite3"
SETTINGS: tuple[archives.Setting, ...] = ("PASSWORD_KEYS", "FIELD_KEYS")
DATABASE = {SQLITE: "millrace.sqlite3", POSTGRES: "millrace.pgdump"}
NOT_LIBPQ = {"password", "cursor_factory", "prepare_threshold", "context", "server_side_binding"}
ELSEWHERE = "Use mariadb-dump --single-transaction, or the snapshots of your service; docs/backup.md says how."


class BackupError(Exception):
    """Says in a sentence why the backup or restore failed, and what to do."""


def make(folder: Path, now: datetime) -> Path:
    """Makes an archive in the folder and returns its path. Only its owner can read it; it is whole or absent.

    Raises BackupError.
    """
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine == MYSQL:
        raise BackupError(f"MariaDB and MySQL have backups of their own. {ELSEWHERE}")
    archive = folder / f"millrace-{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03}Z.tar.gz"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _in_our_words(), TemporaryDirectory(prefix=".backup-", dir=folder) as name:
        parts, draft = Path(name) / "parts", Path(name) / archive.name
        parts.mkdir()
        _copy_database(engine, parts / DATABASE[engine])
        if stream := _stream_file():
            _copy_sqlite(stream, parts / STREAM)
        keys = {name: _fingerprints(name)[0] for name in SETTINGS}
        archives.pack(parts, draft, now, settings.STREAM_URL.partition(":")[0], keys)
        _keep(draft, archive)
    return archive


def restore(archive: Path, now: datetime, *, only: str = "", proved: bool = True) -> Manifest:
    """Unpacks an archive into the empty places that the settings name, and returns its manifest.

    `only`: "database" or "stream"; the other part may be newer or older: no record is counted twice or skipped.
    With `proved` false, an archive without a valid proof is accepted.
    Raises BackupError before it writes anything if there is a database or stream already.
    """
    engine = settings.DATABASES["default"]["ENGINE"]
    with _in_our_words(), TemporaryDirectory(prefix=".restore-", dir=settings.VAR_DIR) as name:
        manifest = archives.unpack(archive, Path(name), proved=proved)
        database = Path(name) / DATABASE.get(engine, "-") if only != "stream" else None
        stream = _stream_file(may_be_absent=True) if only != "database" and STREAM in manifest.files else None
        if database and not database.exists():
            raise BackupError(f"This is a backup of another kind of database: {', '.join(manifest.files)}.")
        _refuse_if_full(database, stream)
        if stream:
            _restore_stream(Path(name) / STREAM, stream, now)
        if database:
            _restore_database(engine, database)
    return manifest


def settle(now: datetime) -> int:
    """Finishes a restored and migrated database. Returns the number of sessions that it ended.

    All sessions end, because some may have been ended after the backup.
    Browsers remember the versions of topics, so the restored versions must be past them.
    """
    TopicVersion.objects.update(version=Greatest(F("version") + 1, Value(from_datetime(now))))
    return registry.end_everybody(by="manage.py restore")


def missing_keys(manifest: Manifest) -> list[str]:
    """Returns the settings whose ring lacks the key that was current at the time of the backup."""
    return [name for name, known in manifest.keys.items() if known not in _fingerprints(name)]


def _fingerprints(setting: str) -> list[str]:
    """Returns a digest of each key of a ring. A digest of 256 random bits does not reveal them."""
    return [hashlib.sha256(key).hexdigest()[:16] for key in keyrings.parse(getattr(settings, setting)).values()]


def _stream_file(*, may_be_absent: bool = False) -> Path | None:
    """Returns the path of the embedded stream's file; None on Kinesis or before the file exists."""
    if not settings.STREAM_URL.startswith(f"{SCHEME}:"):
        return None
    path = parse_embedded(settings.STREAM_URL).path
    return path if may_be_absent or path.exists() else None


def _copy_database(engine: str, copy: Path) -> None:
    if engine == SQLITE:
        _copy_sqlite(Path(settings.DATABASES["default"]["NAME"]), copy)
    else:
        _run("pg_dump", "--format=custom", "--no-owner", f"--file={copy}")


def _copy_sqlite(source: Path, copy: Path) -> None:
    """Copies one snapshot in one step: with more steps, each write of another process would restart the copy."""
    uri = f"{source.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True)) as db, closing(sqlite3.connect(copy)) as target:
        db.backup(target, pages=-1)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, without a -wal beside it
        [(verdict,)] = target.execute("PRAGMA quick_check(1)").fetchall()
    if verdict != "ok":
        raise BackupError(f"The copy of {source} is damaged: {verdict}")


def _refuse_if_full(database: Path | None, stream: Path | None) -> None:
    places = [stream] if stream else []
    if database and connection.vendor == "sqlite":
        places.append(Path(settings.DATABASES["default"]["NAME"]))
    elif database and connection.introspection.table_names():
        raise BackupError("The database has tables already: restore into an empty one, or drop it and create it anew.")
    there = [file for place in places for file in (place, Path(f"{place}-wal")) if file.exists()]
    if there:
        raise BackupError(f"{there[0]} exists already: stop all processes that use it and move it away first.")


def _restore_stream(copy: Path, place: Path, now: datetime) -> None:
    """Gives records put from now on numbers past all checkpoints, even those of a newer database."""
    with closing(sqlite3.connect(copy)) as db:
        db.execute("UPDATE streams SET next_sequence = max(next_sequence, ?)", [_first_sequence(now)])
        db.commit()
    place.parent.mkdir(parents=True, exist_ok=True)
    _keep(copy, place)


def _first_sequence(now: datetime) -> int:
    return from_datetime(now) * SEQUENCES_A_MILLISECOND


def _restore_database(engine: str, copy: Path) -> None:
    if engine == SQLITE:
        _keep(copy, Path(settings.DATABASES["default"]["NAME"]))
    else:
        _run("pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", str(copy))


def _run(program: str, *words: str) -> None:
    """Runs a program of PostgreSQL on our database. The environment has the password, because `ps` shows arguments."""
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 - installed only with PostgreSQL

    given = connection.get_connection_params()
    place = make_conninfo(**{name: given[name] for name in given if name not in NOT_LIBPQ})
    environment = os.environ | ({"PGPASSWORD": given["password"]} if "password" in given else {})
    if not shutil.which(program):
        raise BackupError(f"There is no {program} here: install PostgreSQL's client, of the server's version or later.")
    command = [program, f"--dbname={place}", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603 - our own words
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip() or done.returncode}")


def _keep(draft: Path, place: Path) -> None:
    """There as a whole, for the owner alone, and still after the power went. Refuses to overwrite."""
    here = Path(shutil.move(draft, place.with_name(f".{place.name}.new")))
    here.chmod(0o600)
    for path in (here, place.parent):
        descriptor = os.open(path, os.O_RDONLY)
        if path == place.parent:
            place.hardlink_to(here)
            here.unlink()
        os.fsync(descriptor)
        os.close(descriptor)


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except archives.ArchiveError as error:
        raise BackupError(str(error)) from error
    except (OSError, sqlite3.Error, tarfile.TarError, EOFError, zlib.error, ValueError) as error:
        raise BackupError(f"{type(error).__name__}: {error}") from error
