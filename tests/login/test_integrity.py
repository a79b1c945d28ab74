"""Subresource Integrity of the files that pages load."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from login import integrity

TAG = re.compile(r'<(?:script|link)[^>]+(?:src|href)="(/static/[^"]+\.(?:js|css))"([^>]*)>')


@pytest.fixture
def sources(settings: Settings, tmp_path: Path) -> Path:
    """Static files of a test's own: a module that imports a chunk that imports another."""
    folder = tmp_path / "sources" / "dashboard"
    folder.mkdir(parents=True)
    (folder / "page.js").write_text('import{a as b}from"./chunk-1.js";import"./chunk-2.js";b()')
    (folder / "chunk-1.js").write_text('import"./chunk-2.js";export const a=()=>import("./chunk-3.js")')
    (folder / "chunk-2.js").write_text("const two='from here'")
    settings.STATICFILES_DIRS = [tmp_path / "sources"]
    return folder


@pytest.fixture
def collected(settings: Settings, sources: Path, tmp_path: Path) -> Path:
    """The same, with hashed names, as they are served with DEBUG off."""
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "login.static_files.StaticFiles"}}
    call_command("collectstatic", verbosity=0, interactive=False)
    return tmp_path / "collected"


def digest(data: Path | bytes) -> str:
    data = data if isinstance(data, bytes) else data.read_bytes()
    return "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode()


def served(client: Client, url: str) -> bytes:
    answer = client.get(url)
    data = b"".join(answer)
    answer.close()
    return data


def test_digest_follows_the_current_file(sources: Path) -> None:
    assert integrity.asset("dashboard/page.js") == ("/static/dashboard/page.js", digest(sources / "page.js"))
    (sources / "page.js").write_text("changed()")
    assert integrity.asset("dashboard/page.js").integrity == digest(sources / "page.js")


def test_imports_of_a_module_are_followed_recursively(sources: Path) -> None:
    found = integrity.imported("dashboard/page.js")
    assert [each.url for each in found] == [f"/static/dashboard/chunk-{number}.js" for number in (1, 2, 3)]
    assert [each.integrity for each in found] == [digest(sources / "chunk-1.js"), digest(sources / "chunk-2.js"), ""]


def test_imports_follow_the_current_module_and_the_chunks_that_come_later(sources: Path) -> None:
    integrity.imported("dashboard/page.js")
    (sources / "chunk-3.js").write_text("three()")
    assert integrity.imported("dashboard/page.js")[2].integrity == digest(sources / "chunk-3.js")
    (sources / "page.js").write_text('import"./chunk-2.js";changed()')
    assert [each.url for each in integrity.imported("dashboard/page.js")] == ["/static/dashboard/chunk-2.js"]


def test_digest_is_of_the_served_file_when_names_are_hashed(collected: Path) -> None:
    page = integrity.asset("dashboard/page.js")
    assert re.fullmatch(r"/static/dashboard/page\.[0-9a-f]{12}\.js", page.url)
    assert page.integrity == digest(collected / page.url.removeprefix("/static/"))
    chunk = integrity.imported("dashboard/page.js")[0]
    assert chunk == ("/static/dashboard/chunk-1.js", digest(collected / "dashboard/chunk-1.js"))


def test_digest_is_absent_before_the_bundle_is_built(sources: Path) -> None:
    assert integrity.asset("dashboard/nothing.js").integrity == ""
    assert integrity.imported("dashboard/nothing.js") == []


@pytest.mark.parametrize("address", ["/accounts/sign-in/", "/market/", "/orders/", "/streams/"])
def test_scripts_and_styles_of_pages_have_the_digest_of_their_file(staff: Client, address: str) -> None:
    page = staff.get(address, follow=True).content.decode()
    found = TAG.findall(page)
    assert len(found) >= 5 and len(found) == len(set(found))
    for url, rest in found:
        assert f'integrity="{digest(served(staff, url))}"' in rest
