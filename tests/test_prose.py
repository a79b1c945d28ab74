"""Holds docs to one sentence a line, so that a diff shows each changed sentence, and versions to CHANGELOG.md."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted(ROOT.glob("*.md")),
    *(ROOT / each / "README.md" for each in ("examples", "mockups")),
]
# A full stop before a capital letter, a name in backticks, or a link; not inside quotes, brackets or emphasis.
ENDS = re.compile(r"[.!?][)\"*]*\s+(?=[A-Z`\[*\"(0-9])")
NO_PROSE = re.compile(r"#|\||<|!\[|    ")  # headings, tables, HTML, pictures, code
ITEM = re.compile(r"\s*(?:[-*]|\d+\.) ")
VERSION = re.compile(r"^## (\d+)\.(\d+)\.(\d+) – (\d{4}-\d\d-\d\d)$", re.MULTILINE)


def sentences(line: str) -> int:
    """Returns how many sentences begin on a line of prose."""
    return 1 + sum(is_whole(line[: found.end()].rstrip()) for found in ENDS.finditer(line))


def is_whole(head: str) -> bool:
    """Returns whether a text ends outside of quotations, brackets and emphasis, and is no number of a list."""
    pairs = head.count("(") <= head.count(")") and head.count("[") <= head.count("]")
    return pairs and not head.count("`") % 2 and not head.count("**") % 2 and not re.fullmatch(r"\s*\d+\.", head)


def prose(text: str) -> list[list[str]]:
    """Returns the paragraphs and list items of a page, each as its lines."""
    blocks: list[list[str]] = [[]]
    for line in re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL).split("\n"):
        if not line.strip() or (NO_PROSE.match(line) and not blocks[-1]):
            blocks.append([])
        elif ITEM.match(line):
            blocks.append([line])
        elif not NO_PROSE.match(line) or line.startswith(" "):
            blocks[-1].append(line)
    return [block for block in blocks if block]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_has_one_sentence_a_line(page: Path) -> None:
    lines = [line for block in prose(page.read_text()) for line in block]
    assert [line for line in lines if sentences(line) > 1] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_breaks_no_sentence(page: Path) -> None:
    blocks = prose(page.read_text())
    assert [line for block in blocks for line in block[:-1] if not re.search(r"[.:!?;…][)\"*`]*$", line)] == []


def test_changelog_has_unreleased_changes_first_and_falling_versions() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    headings = re.findall(r"^## .+$", text, re.MULTILINE)
    assert headings[0] == "## Unreleased"
    assert len(VERSION.findall(text)) == len(headings) - 1
    versions = [(tuple(map(int, numbers)), date.fromisoformat(day)) for *numbers, day in VERSION.findall(text)]
    assert versions == sorted(versions, reverse=True)
    assert len({number for number, _ in versions}) == len(versions)


def test_every_named_version_of_millrace_is_in_the_changelog() -> None:
    known = {".".join(numbers) for *numbers, _ in VERSION.findall((ROOT / "CHANGELOG.md").read_text())}
    named = {found for page in PAGES for found in re.findall(r"upgrade\.sh v([\d.]+)", page.read_text())}
    packages = [json.loads((ROOT / name).read_text()) for name in ("package.json", "package-lock.json")]
    assert named | {each["version"] for each in packages if "version" in each} <= known
