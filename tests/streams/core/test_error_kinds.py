"""The same mistake in many records is one kind of error."""

from importlib import import_module

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from streams.core.error_kinds import LONGEST, kind_of
from streams.models import DeadLetter
from tests.streams.operations.test_deadletters import letter


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("Expected `int`, got `str` - at `$.price`", "Expected `int`, got `str` - at `$.price`"),
        ("JSON is malformed: invalid character (byte 17)", "JSON is malformed: invalid character (byte N)"),
        ("price -1.5e3 is below 0.01", "price N is below N"),
        ("ticker 'AMZN' isn't known to us", "ticker '…' isn't known to us"),
        ('ticker "it\'s" is unknown', "ticker '…' is unknown"),
        ("b'\\'\\xff' is no key", "'…' is no key"),
        ("KeyError: 'a'\n  File x, line 3", "KeyError: '…'"),
        ("utf8 and int64 stay", "utf8 and int64 stay"),
        ("", ""),
        ("x" * 500, "x" * (LONGEST - 1) + "…"),
    ],
)
def test_error_kind_leaves_out_values_and_numbers(error: str, kind: str) -> None:
    assert kind_of(error) == kind


@given(ticker=st.text(st.characters(exclude_characters="'\\", exclude_categories=["C", "Z"])), byte=st.integers(0))
def test_error_kind_is_the_same_for_any_record(ticker: str, byte: int) -> None:
    line = f"ticker '{ticker[:20]}' at byte {byte}"
    assert kind_of(line) == "ticker '…' at byte N"


@given(error=st.text())
def test_error_kind_fits_its_column(error: str) -> None:
    assert len(kind_of(error)) <= LONGEST


@pytest.mark.django_db
def test_error_kind_is_given_to_older_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    migration = import_module("streams.migrations.0010_letter_kinds")
    monkeypatch.setattr(migration, "BATCH", 2)
    for number in range(5):
        DeadLetter.objects.filter(pk=letter(number)).update(error=f"byte {number}")
    migration.fill(apps, None)
    assert list(DeadLetter.objects.values_list("kind", flat=True)) == ["byte N"] * 5
