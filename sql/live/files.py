"""Stores the files of versions, each content once."""

import hashlib
from collections.abc import Iterable, Mapping

from sql.live.models import SqlBlob, SqlVersion

PART = 1 << 20  # bytes of a row: far below what MariaDB takes in one statement


def digest_of(files: Mapping[str, bytes]) -> str:
    """Returns the digest of a folder's files: of their names and contents."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for each in (name.encode(), files[name]):
            digest.update(len(each).to_bytes(8) + each)
    return digest.hexdigest()


def keep(files: Mapping[str, bytes]) -> dict[str, str]:
    """Stores the contents, inside the caller's transaction. Returns their digests by the names of the files."""
    kept = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    known = set(SqlBlob.objects.filter(digest__in=set(kept.values())).values_list("digest", flat=True))
    for name, digest in kept.items():
        if digest not in known:
            known.add(digest)
            for part, start in enumerate(range(0, max(1, len(files[name])), PART)):
                SqlBlob.objects.create(digest=digest, part=part, content=files[name][start : start + PART])
    return kept


def load(version: SqlVersion) -> dict[str, bytes]:
    """Returns the files of a version by their names."""
    parts: dict[str, list[bytes]] = {}
    for blob in SqlBlob.objects.filter(digest__in=set(version.files.values())).order_by("digest", "part").iterator(8):
        parts.setdefault(blob.digest, []).append(bytes(blob.content))
    return {name: b"".join(parts[digest]) for name, digest in version.files.items()}


def forget(digests: Iterable[str]) -> None:
    """Removes those of the contents that no version has."""
    used = {digest for files in SqlVersion.objects.values_list("files", flat=True) for digest in files.values()}
    SqlBlob.objects.filter(digest__in=set(digests) - used).delete()
