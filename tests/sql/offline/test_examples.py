"""The examples in SQL: their sample records give the expected rows, and their scripts have no problem."""

from pathlib import Path

import pytest

from sql.offline.checking import check
from sql.offline.loading import load
from sql.offline.running import try_folder

EXAMPLES = Path(__file__).parents[3] / "examples"
FOLDERS = sorted(path.parent for path in EXAMPLES.glob("*/application.toml"))


def test_there_are_seven_examples() -> None:
    assert len(FOLDERS) == 7


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_example_gives_the_expected_rows(folder: Path) -> None:
    application = load(folder)
    outcome = try_folder(application, folder)
    assert (outcome.difference, outcome.troubles) == ([], [])
    assert [problem for problem in check(application).problems if not problem.warning] == []
