"""Archives that somebody else made or changed: one sentence, and nothing is put in place."""

import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from accounts import keyrings
from login import archives
from login.archives import MANIFEST, PROOF, ArchiveError

MADE = datetime(2026, 1, 2, tzinfo=UTC)
KEYS: dict[archives.Setting, str] = {"PASSWORD_KEYS": "0" * 16, "FIELD_KEYS": "1" * 16}
NEW = "k2:QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    parts = tmp_path / "parts"
    parts.mkdir()
    (parts / "millrace.sqlite3").write_bytes(b"people")
    (parts / "streams.sqlite3").write_bytes(b"records")
    archives.pack(parts, tmp_path / "a.tar.gz", MADE, "embedded", KEYS)
    return tmp_path / "a.tar.gz"


def opened(archive: Path, *, proved: bool = True) -> archives.Manifest:
    folder = archive.parent / "opened"
    folder.mkdir()
    return archives.unpack(archive, folder, proved=proved)


def forged(archive: Path, manifest: bytes, *, proof: bool, **files: bytes) -> Path:
    """An archive of these bytes; `proof`: as if a manifest of ours said so."""
    parts = {PROOF: keyrings.digest("backup", manifest.decode("latin-1")).encode()} if proof else {}
    with tarfile.open(archive, "w:gz") as out:
        for name, content in {**parts, MANIFEST: manifest, **files}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            out.addfile(member, io.BytesIO(content))
    return archive


def manifest(**changes: Any) -> bytes:
    said = {"made": MADE.isoformat(), "files": {}, "stream": "embedded", "keys": KEYS} | changes
    return json.dumps(said).encode()


def test_archive_unpacks_to_the_packed_files(packed: Path) -> None:
    found = opened(packed)
    assert (found.made, found.sizes) == (MADE, {"millrace.sqlite3": 6, "streams.sqlite3": 7})
    assert (packed.parent / "opened/streams.sqlite3").read_bytes() == b"records"


def test_archive_of_a_retired_key_is_accepted_while_the_ring_holds_it(packed: Path, settings: Settings) -> None:
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = f"{NEW} {old}"
    assert opened(packed).made == MADE
    settings.FIELD_KEYS = NEW
    with pytest.raises(ArchiveError, match="Nothing proves"):
        archives.unpack(packed, packed.parent)


def test_unauthenticated_archive_is_accepted_only_on_request(tmp_path: Path) -> None:
    digest = "7d793037a0760186574b0282f2f435e7"
    with pytest.raises(ArchiveError, match="Nothing proves"):
        opened(forged(tmp_path / "a.tar.gz", manifest(), proof=False, x=digest.encode()))


@pytest.mark.parametrize(
    "said",
    [
        manifest(files={"/etc/passwd": "0" * 64}),
        manifest(files={"millrace.sqlite3": "x"}),
        manifest(made="\x1b[2J"),
        manifest(keys=[]),
        manifest(sizes={"millrace.sqlite3": -1}),
        manifest(stream=["x"]),
        b"[]",
        b"[" * 20_000,
        b"\xff",
        b'{"made": 1}',
        b"",
    ],
)
@pytest.mark.parametrize("proof", [True, False])
def test_manifest_of_another_shape_is_refused_with_a_message(tmp_path: Path, said: bytes, proof: bool) -> None:
    with pytest.raises(ArchiveError):
        opened(forged(tmp_path / "a.tar.gz", said, proof=proof, x=b""), proved=proof)


def test_a_file_that_the_manifest_does_not_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="not an archive"):
        opened(forged(tmp_path / "a.tar.gz", manifest(), proof=True, **{"millrace.sqlite3": b"people"}))


def test_file_larger_than_its_manifest_entry_is_not_unpacked(tmp_path: Path) -> None:
    said = manifest(files={"millrace.sqlite3": "0" * 64}, sizes={"millrace.sqlite3": 3})
    with pytest.raises(ArchiveError, match=r"millrace\.sqlite3 is not the file that was backed up"):
        opened(forged(tmp_path / "a.tar.gz", said, proof=True, **{"millrace.sqlite3": b"0" * 1_000_000}))
    assert list((tmp_path / "opened").iterdir()) == []


@given(st.binary(max_size=200))
def test_manifest_of_any_content_raises_no_traceback(tmp_path_factory: pytest.TempPathFactory, said: bytes) -> None:
    with pytest.raises(ArchiveError):
        opened(forged(tmp_path_factory.mktemp("a") / "a.tar.gz", said, proof=False, x=b""), proved=False)
