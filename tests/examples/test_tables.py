"""The examples of tables give the figures that their READMEs show."""

import re
import shlex
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.commands import exit_code

EXAMPLES = Path(__file__).resolve().parents[2] / "examples/tables"
COMMAND = ".venv/bin/python manage.py "


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["access-log", "restaurant-visitors"])
def test_example_gives_the_figures_of_its_readme(
    name: str, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.ARCHIVE_URL = f"file:{tmp_path / 'archive'}"
    blocks = re.findall(r"```(sh)?\n(.*?)```", (EXAMPLES / name / "README.md").read_text(), re.DOTALL)
    found, shown = list[str](), list[str]()
    for kind, text in blocks:
        if not kind:
            shown.append(text)
            continue
        for line in text.splitlines():
            capsys.readouterr()
            assert exit_code(*shlex.split(line.removeprefix(COMMAND))) == 0
        found.append(capsys.readouterr().out)
    assert (found, len(found)) == (shown, 2)
