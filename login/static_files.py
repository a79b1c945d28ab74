"""Replaces static files while they are served: a request meanwhile gets the old or the new file, whole.

Django's storage deletes each hashed style and script before it writes the same again, and whitenoise writes the packed
ones in place: during an upgrade, pages and nginx would find no file, or half a file.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import File
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class Packing(Compressor):  # type: ignore[misc]  # whitenoise has no types
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
