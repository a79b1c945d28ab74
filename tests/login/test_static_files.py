"""Collecting static files anew, while somebody reads them."""

import gzip
import os
import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

BACKEND = {"BACKEND": "login.static_files.StaticFiles"}


@pytest.fixture
def collected(settings: Settings, tmp_path: Path) -> Path:
    """A folder of static files, of one style and one script."""
    source = tmp_path / "source"
    source.mkdir()
    (source / "page.css").write_text("body { color: black }\n" * 20_000)
    (source / "page.js").write_text("const a = 1;\n" * 20_000)
    settings.STATIC_ROOT, settings.STATICFILES_DIRS = tmp_path / "static", [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = settings.STORAGES | {"staticfiles": BACKEND}
    collect()
    return tmp_path / "static"


def collect() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)


def served(folder: Path) -> dict[str, bytes]:
    """Returns the files that may be requested at any time: hashed names, compressed ones too, and the manifest."""
    return {
        file.name: file.read_bytes() for file in folder.iterdir() if file.name.count(".") > 1 or "json" in file.name
    }


def test_files_stay_whole_for_readers_during_collectstatic(collected: Path) -> None:
    before, stopped, strange = served(collected), threading.Event(), set()

    def read() -> None:
        while not stopped.is_set():
            for name, data in before.items():
                file = collected / name
                if not file.exists() or file.stat().st_size != len(data):
                    strange.add(name)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    for _ in range(5):
        collect()
    stopped.set()
    reader.join(60)
    assert (strange, served(collected)) == (set(), before)
    assert {name.split(".")[0] for name in before} == {"page", "staticfiles"}


def test_changed_style_gets_another_name(collected: Path) -> None:
    before = set(collected.glob("page.*.css"))
    (collected.parent / "source/page.css").write_text("body { color: red }")
    collect()
    [new] = set(collected.glob("page.*.css")) - before
    assert new.read_text() == "body { color: red }"


def test_files_that_have_not_changed_are_not_packed_again(collected: Path) -> None:
    [changed, kept] = [next(collected.glob(name)) for name in ("page.js.gz", "page.css.gz")]
    numbers = changed.stat().st_ino, kept.stat().st_ino
    source = collected.parent / "source/page.js"
    source.write_text("const b = 2;\n" * 20_000)
    os.utime(source, (4e9, 4e9))  # Django copies a file whose second of change is later
    collect()
    assert gzip.decompress(changed.read_bytes()) == b"const b = 2;\n" * 20_000
    assert (changed.stat().st_ino == numbers[0], kept.stat().st_ino == numbers[1]) == (False, True)


@pytest.mark.parametrize("damage", [b"", b"\x1f\x8b", b"no gzip at all", gzip.compress(b"old")])
def test_damaged_packed_file_is_packed_again(collected: Path, damage: bytes) -> None:
    packed = collected / "page.js.gz"
    whole = packed.read_bytes()
    packed.write_bytes(damage)
    collect()
    assert packed.read_bytes() == whole
