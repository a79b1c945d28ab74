"""Subresource Integrity: the digest of each static file and the imports of each module, as the site serves them."""

import base64
import hashlib
import posixpath
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urljoin

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage

# import…from"./x.js", import"./x.js" and import("./x.js"), as esbuild writes them.
_IMPORT = re.compile(rb"""(?:\bfrom|\bimport)\s*\(?\s*["'](\./[\w./-]+\.js)["']""")

storage: Any = staticfiles_storage  # a lazy object of the class in STORAGES


class Asset(NamedTuple):
    """Holds the URL of a static file and its digest; `integrity` is "" if the bundle has not been made."""

    url: str
    integrity: str


class _Contents(NamedTuple):
    integrity: str
    imports: tuple[str, ...]


def asset(name: str) -> Asset:
    """Returns the file of a static name such as dashboard/shell.js."""
    return Asset(storage.url(name), _contents(_file(name)).integrity)


def imported(name: str) -> list[Asset]:
    """Returns the imports of a module and their imports, each once."""
    file = _file(name)
    found = _all_imports(name, storage.url(name), file, _changed(file))
    if not all(each.integrity for each in found):  # the bundle is being made
        _all_imports.cache_clear()
    return list(found)


@lru_cache(maxsize=200)
def _all_imports(name: str, url: str, file: Path | None, changed: int) -> tuple[Asset, ...]:
    """Returns them for one state of the module. They follow from it, because their names have hashes from esbuild."""
    assets: dict[str, Asset] = {}
    _follow(name, url, file, assets)
    return tuple(assets.values())


def _follow(name: str, url: str, file: Path | None, assets: dict[str, Asset]) -> None:
    for each in _contents(file).imports:
        beside, its_url = posixpath.normpath(posixpath.join(posixpath.dirname(name), each)), urljoin(url, each)
        if beside not in assets:
            its_file = _kept(beside)
            assets[beside] = Asset(its_url, _contents(its_file).integrity)
            _follow(beside, its_url, its_file, assets)


def _file(name: str) -> Path | None:
    return _kept(storage.stored_name(name) if _are_hashed() else name)


def _are_hashed() -> bool:
    return isinstance(storage, ManifestFilesMixin)


def _kept(name: str) -> Path | None:
    """Returns the path of the file with exactly this name."""
    if _are_hashed():
        return Path(storage.path(name))
    path = finders.find(name)
    return Path(path) if path else None


def _contents(file: Path | None) -> _Contents:
    changed = _changed(file)
    return _read(file, changed) if file and changed else _Contents("", ())


def _changed(file: Path | None) -> int:
    """Returns when a file was changed last, in nanoseconds; 0 if there is none."""
    try:
        return file.stat().st_mtime_ns if file else 0
    except FileNotFoundError:
        return 0


@lru_cache(maxsize=200)
def _read(file: Path, changed: int) -> _Contents:
    data = file.read_bytes()
    digest = base64.b64encode(hashlib.sha384(data).digest()).decode()
    imports = [each.decode() for each in _IMPORT.findall(data)] if file.suffix == ".js" else []
    return _Contents(f"sha384-{digest}", tuple(dict.fromkeys(imports)))
