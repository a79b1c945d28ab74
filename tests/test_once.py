"""What a run makes once is made by the first that comes, and taken by the others."""

from pathlib import Path

import pytest

from tests import once


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(once.FOLDER, str(tmp_path))


def test_first_makes_once_and_lets_later_ones_take() -> None:
    taken: list[str] = []

    def take(made: Path) -> None:
        taken.append(made.read_text())

    once.first("a", lambda file: file.write_text("made"), take)
    once.first("a", lambda file: file.write_text("made again"), take)
    assert taken == ["made"]


def test_first_makes_again_when_the_making_failed() -> None:
    def fail(half: Path) -> None:
        half.write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        once.first("a", fail)
    once.first("a", lambda file: file.write_text("whole"))
    assert (once.folder() / "a").read_text() == "whole"
