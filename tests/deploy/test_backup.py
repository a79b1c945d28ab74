"""The drill: a backup while records come in, restored into an empty place, where everything goes on."""

import json
import stat
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing
from copy import copy
from pathlib import Path
from shutil import copy2 as copy_file
from typing import Any

import pytest

from tests.databases import Database, server
from tests.deployment import ROOT, Deployment, kill
from tests.emulators import ministack
from tests.test_exactly_once import naive_minutes
from tests.waiting import wait_for

PRODUCE_AND_CONSUME = (
    ("produce", "trades", "--rate", "0", "--count", "3000", "--seed", "2"),
    ("consume", "trades", "--until-caught-up"),
)


def script(deployment: Deployment, name: str, *words: str, code: int = 0) -> str:
    """Returns the output of deploy/NAME, which must end with the code: stdout for 0, else stderr."""
    environment = deployment.environment | {"MANAGE": ".venv/bin/python manage.py", "VAR_DIR": str(deployment.folder)}
    command = [str(ROOT / "deploy" / name), *words]
    done = subprocess.run(command, env=environment, cwd=deployment.folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stderr
    return (done.stdout if code == 0 else done.stderr).strip()


@pytest.fixture(params=["sqlite", "postgres"])
def deployment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    (tmp_path / "first").mkdir()
    if request.param == "sqlite":
        yield Deployment(tmp_path / "first")
        return
    with server(request.param) as database:
        yield Deployment(tmp_path / "first", database)


def elsewhere(deployment: Deployment, folder: Path) -> Deployment:
    """Another place, of the same kind, where there is nothing yet but the keys, which the operator brings."""
    folder.mkdir()
    for name in ("field-keys", "password-keys"):
        if (deployment.folder / name).exists():
            copy_file(deployment.folder / name, folder / name)
    other = copy(deployment)
    other.folder, other.database, other.streams = folder, folder / "millrace.sqlite3", folder / "streams.sqlite3"
    url = f"sqlite:///{other.database}"
    if not deployment.server.url.startswith("sqlite"):
        with closing(deployment.server.connect()) as connection:
            connection.execute("CREATE DATABASE elsewhere")
        url = deployment.server.url.removesuffix("/millrace") + "/elsewhere"
    other.server = Database.at(url)
    other.environment = deployment.environment | {"DATABASE_URL": url, "STREAM_URL": f"embedded:{other.streams}"}
    return other


def back_up_under_load(deployment: Deployment) -> str:
    """The archive, made while a producer and a worker are at work, and killed afterwards."""
    deployment.environment["STATE_HEAD"] = "400"  # bytes, so that states have segments
    deployment.create("trades", shards=2)
    producer = deployment.start("produce", "trades", "--rate", "1000", "--seed", "1")
    worker = deployment.start("consume", "trades")
    wait_for(lambda: deployment.applied("trades") > 1000)
    archive = script(deployment, "backup.sh", "--to", str(deployment.folder / "backups"))
    done = deployment.applied("trades")
    wait_for(lambda: deployment.applied("trades") > done)
    kill(producer)
    kill(worker)
    return archive


def check_counts(deployment: Deployment) -> None:
    """Everything in the stream is applied, once."""
    records = deployment.records("trades")
    assert deployment.applied("trades") == len(records)
    found = {
        (row["minute"][:16], row["ticker"], row["side"]): (row["trades"], row["shares"], row["first"], row["last"])
        for row in deployment.rows("report", "trades", "--minutes", "1000")
    }
    assert found == naive_minutes(records)


def test_restore_under_load_counts_every_record_once(deployment: Deployment, tmp_path: Path) -> None:
    deployment.run("first_user", "--at", "http://localhost")
    archive = back_up_under_load(deployment)
    assert stat.S_IMODE(Path(archive).stat().st_mode) == 0o600
    other = elsewhere(deployment, tmp_path / "second")
    said = script(other, "restore.sh", archive)
    assert said.splitlines()[0].startswith("Restored the backup of ")
    assert other.query("SELECT count(*) FROM accounts_user") == [(1,)]
    assert other.query("SELECT count(*) FROM streams_statesegment")[0][0] > 0
    held = len(other.records("trades"))
    assert 0 < other.applied("trades") <= held
    other.run_all(*PRODUCE_AND_CONSUME)
    assert other.applied("trades") == held + 3000
    check_counts(other)


def test_restored_database_goes_on_with_a_newer_stream(tmp_path: Path) -> None:
    """As on Kinesis, which is not backed up: newer records are read again, from the restored checkpoints."""
    (tmp_path / "first").mkdir()
    deployment = Deployment(tmp_path / "first")
    archive = back_up_under_load(deployment)
    other = elsewhere(deployment, tmp_path / "second")
    other.streams.hardlink_to(deployment.streams)
    other.environment["STREAM_URL"] = deployment.environment["STREAM_URL"]
    script(other, "restore.sh", archive, "--only", "database")
    assert other.applied("trades") < deployment.applied("trades")
    other.run("consume", "trades", "--until-caught-up")
    check_counts(other)


def test_restored_stream_goes_on_under_a_newer_database(tmp_path: Path) -> None:
    """The records that the stream lost are applied already; new ones must not hide behind the checkpoints."""
    deployment = Deployment(tmp_path)
    archive = back_up_under_load(deployment)
    deployment.run("consume", "trades", "--until-caught-up")
    known = deployment.applied("trades")
    for file in tmp_path.glob("streams.sqlite3*"):
        file.unlink()
    script(deployment, "restore.sh", archive, "--only", "stream")
    deployment.run_all(*PRODUCE_AND_CONSUME)
    assert deployment.applied("trades") == known + 3000


@pytest.fixture
def small(tmp_path: Path) -> Deployment:
    deployment = Deployment(tmp_path)
    deployment.create("trades")
    return deployment


def test_restore_overwrites_nothing(small: Deployment) -> None:
    archive = script(small, "backup.sh")
    assert Path(archive).parent == small.folder / "backups"
    refusal = (
        f"Nothing was restored. {small.streams} exists already: stop all processes that use it and move it away first."
    )
    assert script(small, "restore.sh", archive, code=1) == refusal
    small.streams.unlink()
    assert f"{small.database} exists already" in script(small, "restore.sh", archive, code=1)
    assert not small.streams.exists()


def test_restore_does_not_revive_sessions_and_tokens_ended_after_the_backup(small: Deployment) -> None:
    times = ", ".join(["'2030-01-01 00:00:00'"] * 5)
    small.query(
        "INSERT INTO accounts_session (id, key_hash, session_data, auth_hash, device, expire_date, began, seen,"
        f" authenticated, ends) VALUES ('{'0' * 32}', 'a', '', '', '', {times})"
    )
    small.query("INSERT INTO streams_topicversion VALUES ('market', 41)")
    archive = script(small, "backup.sh")
    small.database.unlink()
    assert "Ended 1 sessions" in script(small, "restore.sh", archive, "--only", "database")
    assert small.query("SELECT count(*) FROM accounts_session") == [(0,)]
    [(version,)] = small.query("SELECT version FROM streams_topicversion")
    assert version > 1_700_000_000_000


def test_restore_reports_missing_keys_and_a_modified_backup(small: Deployment) -> None:
    archive = Path(script(small, "backup.sh"))
    small.database.unlink()
    small.streams.unlink()
    (small.folder / "unpacked").mkdir()
    subprocess.run(["tar", "-xzf", archive, "-C", small.folder / "unpacked"], check=True, timeout=120)
    manifest = json.loads((small.folder / "unpacked/manifest.json").read_text())
    assert sorted(manifest["files"]) == ["millrace.sqlite3", "streams.sqlite3"]
    (small.folder / "unpacked/streams.sqlite3").write_bytes(b"else")
    changed = small.folder / "changed.tar.gz"
    with tarfile.open(changed, "w:gz") as packed:
        for file in sorted((small.folder / "unpacked").iterdir()):
            packed.add(file, file.name)
    assert "streams.sqlite3 is not the file that was backed up" in script(small, "restore.sh", str(changed), code=1)
    small.environment["FIELD_KEYS"] = "k2:" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="
    assert "Nothing proves that Millrace made this archive" in script(small, "restore.sh", str(archive), code=1)
    _, said = small.start(
        "restore", str(archive), "--unauthenticated", variables={"VAR_DIR": str(small.folder)}
    ).communicate(timeout=60)
    lacking = [line for line in said.splitlines() if "KEYS" in line]
    assert lacking == ["FIELD_KEYS lacks the key of the backup: data under that key cannot be used (docs/backup.md)."]


def test_backup_keeps_and_uploads_the_newest_archives(small: Deployment) -> None:
    with ministack() as url:
        aws: dict[str, Any] = {"AWS_ENDPOINT_URL": url, "AWS_DEFAULT_REGION": "eu-west-1"}
        small.environment |= aws | {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
        s3 = bucket(url)
        for day in (1, 2, 3):
            old = small.folder / f"backups/millrace-2026010{day}T000000Z.tar.gz"
            old.parent.mkdir(exist_ok=True)
            old.touch()
        archive = script(small, "backup.sh", "--keep", "2", "--upload", "s3://ours/backups/")
        assert sorted(file.name for file in (small.folder / "backups").iterdir()) == [
            "millrace-20260103T000000Z.tar.gz",
            Path(archive).name,
        ]
        [found] = s3.list_objects_v2(Bucket="ours")["Contents"]
        assert (found["Key"], found["Size"]) == (f"backups/{Path(archive).name}", Path(archive).stat().st_size)
        assert "not uploaded" in script(small, "backup.sh", "--upload", "s3://others/backups/", code=1)


def bucket(url: str) -> Any:
    import boto3  # noqa: PLC0415 - takes longer to import than the other tests to begin

    words = {"region_name": "eu-west-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    s3 = boto3.client("s3", endpoint_url=url, **words)
    s3.create_bucket(Bucket="ours", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return s3


def test_restore_of_a_foreign_archive_writes_nothing(small: Deployment) -> None:
    archive = small.folder / "strange.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        for name in ("../outside", f"{small.folder}/outside", "manifest.json"):
            member = tarfile.TarInfo(name)
            if name == "manifest.json":
                member.type, member.linkname = tarfile.SYMTYPE, "/etc/hostname"
            packed.addfile(member)
    assert "It is not an archive of Millrace" in script(small, "restore.sh", str(archive), code=1)
    assert not (small.folder / "outside").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["backup.sh", "--keep", "0"], "backup.sh: --keep is a number from 1"),
        (["backup.sh", "--upload", "bucket"], "backup.sh: --upload is an address such as s3://BUCKET/backups/"),
        (["backup.sh", "--all"], "backup.sh: there is no option --all; see --help"),
        (["restore.sh"], "restore.sh: name the archive; see --help"),
        (["restore.sh", "nowhere"], "restore.sh: there is no "),
    ],
)
def test_invalid_arguments_are_refused(tmp_path: Path, words: list[str], sentence: str) -> None:
    done = subprocess.run(
        [ROOT / "deploy" / words[0], *words[1:]], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr.startswith(sentence)) == (2, True)
