"""Packs and unpacks the archive of a backup: its files, a manifest that describes them, and a proof of the manifest.

The proof is an HMAC-SHA-256 of the manifest, under a key that is derived from FIELD_KEYS for this one use
(accounts/keyrings.py). So an archive that somebody else made or changed is refused, and an archive made under a former
key is accepted as long as the ring holds that key. All files are verified before any is put in place.
"""

from __future__ import annotations

import hashlib
import hmac
import shutil
import tarfile
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated, Literal

import msgspec

from accounts import keyrings

MANIFEST, PROOF = "manifest.json", "manifest.hmac"
PURPOSE = "backup"
LARGEST = 64 * 1024  # bytes of the manifest, and of the proof

Name = Literal["millrace.sqlite3", "millrace.pgdump", "streams.sqlite3"]
Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Size = Annotated[int, msgspec.Meta(ge=0)]
Setting = Literal["PASSWORD_KEYS", "FIELD_KEYS"]
NOT_OURS = "It is not an archive of Millrace, or it is damaged: take another backup."
UNPROVED = (
    "Nothing proves that Millrace made this archive: its FIELD_KEYS are missing here, it was changed, or it is "
    "older than such proofs. Put the keys back; or, if you know where it comes from, add --unauthenticated."
)


class ArchiveError(Exception):
    """Says why an archive is refused, in a sentence or two."""


class Manifest(msgspec.Struct):
    """Describes an archive: SHA-256 of each file, bytes of each (none in old archives), a fingerprint of each ring."""

    made: datetime
    files: dict[Name, Digest]
    stream: Annotated[str, msgspec.Meta(max_length=100)]
    keys: dict[Setting, Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]]
    sizes: dict[Name, Size] = {}


def pack(parts: Path, draft: Path, made: datetime, stream: str, keys: dict[Setting, str]) -> None:
    """Makes the archive of the files in the folder `parts`, with the proof and the manifest first."""
    files = sorted(parts.iterdir())
    sizes = {file.name: file.stat().st_size for file in files}
    manifest = msgspec.json.encode(Manifest(made, {file.name: _digest(file) for file in files}, stream, keys, sizes))  # type: ignore[misc, arg-type]
    (parts / MANIFEST).write_bytes(manifest)
    (parts / PROOF).write_text(keyrings.digest(PURPOSE, manifest.decode()))
    with tarfile.open(draft, "w:gz", compresslevel=1) as packed:
        for part in (parts / PROOF, parts / MANIFEST, *files):
            packed.add(part, part.name)


def unpack(archive: Path, folder: Path, *, proved: bool = True) -> Manifest:
    """Verifies the files that the manifest names and unpacks them into the folder. Raises ArchiveError.

    With `proved` false, the proof is not required; all other checks hold.
    """
    with tarfile.open(archive) as packed:
        texts, first = _heads(packed)
        manifest = _manifest(texts, proved=proved)
        _file(packed, first, manifest, folder)
        for member in packed:
            if member.name not in texts and member.name != first.name:
                _file(packed, member, manifest, folder)
    for name, digest in manifest.files.items():
        if not (folder / name).exists() or _digest(folder / name) != digest:
            raise ArchiveError(f"{name} in {archive} is not the file that was backed up: take another backup.")
    return manifest


def _heads(packed: tarfile.TarFile) -> tuple[dict[str, bytes], tarfile.TarInfo]:
    """Returns the manifest and the proof, which come first, and the first member after them."""
    texts = dict[str, bytes]()
    for member in packed:
        if MANIFEST in texts and member.name not in (MANIFEST, PROOF):
            return texts, member
        if member.name not in (MANIFEST, PROOF) or member.name in texts or not member.isfile() or member.size > LARGEST:
            break
        texts[member.name] = _content(packed, member).read(LARGEST)
    raise ArchiveError(NOT_OURS)


def _manifest(texts: dict[str, bytes], *, proved: bool) -> Manifest:
    try:
        text = texts.get(MANIFEST, b"").decode()
        if proved and not any(
            hmac.compare_digest(each.encode(), texts.get(PROOF, b"").strip())
            for each in keyrings.digests(PURPOSE, text)
        ):
            raise ArchiveError(UNPROVED)
        return msgspec.json.decode(text, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise ArchiveError(NOT_OURS) from None


def _file(packed: tarfile.TarFile, member: tarfile.TarInfo, manifest: Manifest, folder: Path) -> None:
    """Unpacks one member; refuses one that the manifest does not name.

    tarfile's own filters came after Python 3.11.2.
    """
    if not member.isfile() or member.name not in manifest.files:
        raise ArchiveError(NOT_OURS)
    room = shutil.disk_usage(folder).free
    if member.size > room:
        raise ArchiveError(
            f"{member.name} needs {member.size:,} bytes, and there are {room:,} free in {folder.parent}."
        )
    if manifest.sizes and member.size != manifest.sizes.get(member.name):
        raise ArchiveError(f"{member.name} is not the file that was backed up: take another backup.")
    part = folder / member.name
    part.touch(mode=0o600, exist_ok=False)
    with part.open("wb") as file:
        shutil.copyfileobj(_content(packed, member), file)


def _content(packed: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = packed.extractfile(member)
    assert content is not None  # isfile() was checked before
    return content


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
