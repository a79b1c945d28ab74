"""docs/asvs.md against the standard's list of requirements and our tests; docs/security.md against the code."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from accounts import invitations, tokens
from accounts.factors import recovery
from accounts.passwords import provisional, validators
from accounts.throttle import rules, store
from tests.login.test_gate import PUBLIC

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md"])
ASVS = (ROOT / "docs/asvs.md").read_text()
SECURITY = " ".join((ROOT / "docs/security.md").read_text().split())
# OWASP ASVS 5.0.0: the requirements of four chapters, by level.
LEVELS = {
    1: "3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1 3.5.2 3.5.3 4.1.1 4.4.1 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 6.2.6 6.2.7 "
    "6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2",
    2: "3.3.2 3.3.3 3.3.4 3.4.3 3.4.4 3.4.5 3.4.6 3.5.4 3.5.5 3.7.1 3.7.2 4.1.2 4.1.3 4.2.1 4.3.1 4.3.2 4.4.2 4.4.3 "
    "4.4.4 6.1.2 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 6.5.5 6.6.1 6.6.2 "
    "6.6.3 6.8.1 6.8.2 6.8.3 6.8.4 7.1.1 7.1.2 7.1.3 7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 7.5.1 7.5.2 7.6.1 7.6.2",
    3: "3.1.1 3.2.3 3.3.5 3.4.7 3.4.8 3.5.6 3.5.7 3.5.8 3.6.1 3.7.3 3.7.4 3.7.5 4.1.4 4.1.5 4.2.2 4.2.3 4.2.4 4.2.5 "
    "6.3.5 6.3.6 6.3.7 6.3.8 6.4.5 6.4.6 6.5.6 6.5.7 6.5.8 6.6.4 6.7.1 6.7.2 7.5.3",
}
LEVEL = {requirement: level for level, text in LEVELS.items() for requirement in text.split()}
ROWS = re.findall(r"^\| (\d[\d.]+) \((\d)\) \|(.*)\|$", ASVS, re.MULTILINE)
NAMED = re.findall(r"`(tests/[\w/.]+(?:::\w+)?)`", ASVS.split("## V3")[1])


def test_list_of_requirements_equals_the_standards() -> None:
    counts = {(chapter, level): 0 for chapter in "3467" for level in (1, 2, 3)}
    for requirement, level in LEVEL.items():
        counts[requirement[0], level] += 1
    assert list(counts.values()) == [8, 11, 12, 2, 8, 6, 13, 22, 12, 6, 12, 1]


def test_every_requirement_of_levels_1_and_2_has_one_row() -> None:
    rows = [requirement for requirement, _, _ in ROWS]
    assert sorted(requirement for requirement, level in LEVEL.items() if level < 3 and requirement not in rows) == []
    assert sorted({requirement for requirement in rows if rows.count(requirement) > 1}) == []
    assert {requirement: int(level) for requirement, level, _ in ROWS}.items() <= LEVEL.items()


def test_every_row_names_a_test_or_a_reason() -> None:
    applies, left_out = ASVS.split("## Requirements that do not apply")
    met = re.findall(r"^\| \d.*$", applies, re.MULTILINE)
    assert [row for row in met if not re.search(r"\| `tests/[^|]+\|$", row) or row.count("|") != 5] == []
    assert not re.search(r"`tests/", left_out)


@cache
def names_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("named", sorted(set(NAMED)))
def test_named_test_exists(named: str) -> None:
    file, _, name = named.partition("::")
    assert (ROOT / file).is_file()
    assert not file.endswith(".py") or (name.startswith("test_") and name in names_in(file))


def test_document_states_the_limits_of_the_code() -> None:
    strangers, device, address = rules.UNTRUSTED, rules.DEVICE, rules.ADDRESS
    for fact in (
        f"waits {strangers.first:.0f} s, doubling up to {strangers.longest / 60:.0f} min",
        f"{strangers.free} failures | waits",
        f"{device.limit} failures in {device.seconds / 60:.0f} min | waits {device.seconds / 60:.0f} min;",
        f"after {rules.MOST} in a row a password alone opens no new device",
        f"{address.limit} failures in {address.seconds / 60:.0f} min | waits {address.seconds / 60:.0f} min",
        f"{rules.RESET.limit} an hour to an account",
        f"within {store.DEVICE_LASTS / store.DAY:.0f} days",
        f"| unused | {settings.SESSION_IDLE // 60} min | `SESSION_IDLE`",
        f"| in any case | {settings.SESSION_ABSOLUTE // 3600} h | `SESSION_ABSOLUTE`",
        f"| of one person at a time | {settings.SESSION_LIMIT} | `SESSION_LIMIT`",
        f"{tokens.DAYS} days unless told otherwise, {tokens.MOST_DAYS} at most",
        f"recovery codes of {5 * recovery.GROUPS * recovery.GROUP_LENGTH} bits",
    ):
        assert fact in SECURITY
    assert (provisional.LASTS, invitations.LASTS.total_seconds()) == (invitations.LASTS, 72 * 3600)


def test_document_lists_the_context_words() -> None:
    assert f"more than {validators.SHARE:.0%}".replace("%", " %") in SECURITY
    assert f"those of {validators.WORD} letters or more" in SECURITY
    hosts = {part for host in settings.ALLOWED_HOSTS for part in (host, *host.split("."))}
    own = validators.context_words(None) - hosts
    assert [word for word in own if f"`{word}`" not in SECURITY] == []


def test_document_lists_every_way_to_sign_in() -> None:
    chapter = SECURITY.split("## Ways to sign in")[1].split("## Passwords")[0]
    assert [route for route in PUBLIC if f"`/{route}`" not in chapter] == []


@pytest.mark.parametrize("document", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_in_documents_exist(document: Path) -> None:
    named = set(re.findall(r"(?<![\w.])manage\.py ([a-z]\w+)", document.read_text()))
    assert sorted(named - get_commands().keys() - {"help"}) == []  # Django's own, of all commands


@pytest.mark.parametrize("document", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_to_files(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)(?:#[\w-]+)?\)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []
