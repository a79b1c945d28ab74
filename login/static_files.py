"""Replaces static files while they are served: a request meanwhile gets the old or the new file, whole.

Django's storage deletes each hashed style and script before it writes the same again, and whitenoise writes the packed
ones in place: during an upgrade, pages and nginx would find no file, or half a file.
"""

import gzip
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import File
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class Packing(Compressor):  # type: ignore[misc]  # whitenoise has no types
    def compress(self, path: str) -> list[str]:
        """Returns the names of the packed files of a file, and keeps the one that is there if it unpacks to the same.

        To pack the maps of the countries takes 5 s, to unpack them a tenth of one, and an upgrade changes few files.
        """
        packed = Path(f"{path}.gz")
        if not self.use_brotli and unpacked(packed) == Path(path).read_bytes():
            return [str(packed)]
        return list(super().compress(path))

    def write_data(self, path: str, data: bytes, suffix: str, stat_result: os.stat_result) -> str:
        draft = super().write_data(path, data, f"{suffix}.draft", stat_result)
        Path(draft).chmod(0o644)  # nginx, which is another user, reads it
        return str(Path(draft).replace(path + suffix))


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    _replacing = False

    def post_process(self, *arguments: Any, **options: Any) -> Iterator[Any]:
        self._replacing = True
        yield from super().post_process(*arguments, **options)
        self._replacing = False

    def delete(self, name: str) -> None:
        """Deletes a file, but not one that is about to be replaced."""
        if not self._replacing:
            super().delete(name)

    def _save(self, name: str, content: "File[Any]") -> str:
        if not self._replacing or not self.exists(name):
            return str(super()._save(name, content))
        Path(self.path(super()._save(f"{name}.draft", content))).replace(self.path(name))
        return name

    def create_compressor(self, **options: Any) -> Packing:
        return Packing(**options)


def unpacked(packed: Path) -> bytes | None:
    """Returns the content of a packed file; None if there is no such file, or a damaged one."""
    try:
        return gzip.decompress(packed.read_bytes())
    except (OSError, EOFError, zlib.error):  # gzip.BadGzipFile is an OSError
        return None
