"""Each page has at most 60 KiB of scripts, compressed, with the chunks that they import; the editors of SQL 200 KiB."""

import re
from gzip import compress
from pathlib import Path

import pytest

from tests.deployment import ROOT

BUILT = ROOT / "build/static/dashboard"
MODULE = re.compile(r"\{% (?:module|script) 'dashboard/([\w-]+\.js)' %\}")
FOUND = [
    path
    for room in ("accounts", "applications", "archive", "dashboard", "sql")
    for path in (ROOT / room).rglob("*.html")
]
TEMPLATES = sorted(path for path in FOUND if MODULE.search(path.read_text()))
FRAME = ["shell.js", "theme-boot.js"]  # of base.html
LARGE = {"sql/edit.html": 200, "archive/ask.html": 200}


def size(names: list[str]) -> int:
    """Returns the compressed bytes of scripts, each chunk once."""
    wanted, found = [*names], dict[str, bytes]()
    while wanted:
        name = wanted.pop()
        found[name] = (BUILT / name).read_bytes()
        wanted += {each.decode() for each in re.findall(rb"chunk-\w+\.js", found[name])} - found.keys()
    return sum(len(compress(each)) for each in found.values())


def page(template: Path) -> str:
    return "/".join(template.parts[-2:])


@pytest.mark.parametrize("template", TEMPLATES, ids=page)
def test_scripts_of_a_page_are_small(template: Path) -> None:
    assert size([*FRAME, *MODULE.findall(template.read_text())]) <= LARGE.get(page(template), 60) << 10


def test_pages_of_boards_are_among_them() -> None:
    names = ["board", "panel", "display", "edit"]
    assert {f"boards/{name}.html" for name in names} <= {page(template) for template in TEMPLATES}
