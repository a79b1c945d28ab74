"""manage.py sql import: a folder for each application, and a line for each part of the file."""

import json
from pathlib import Path

import pytest

from sql.folder import read_folder
from tests.commands import exit_code
from tests.sql.importing.shapes import FLEET, SCRIPT, SHAPES, TERRAFORM_V1, request_v2

pytestmark = pytest.mark.django_db
Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("shape", SHAPES)
def test_import_writes_the_folder_of_each_shape(shape: str, tmp_path: Path, capsys: Captured) -> None:
    name, text = SHAPES[shape]
    (tmp_path / name).write_text(text)
    (tmp_path / "depots.csv").write_text("T1|north\n")
    assert exit_code("sql", "import", str(tmp_path / name), "--to", str(tmp_path / "out")) == 0
    assert read_folder(tmp_path / "out/hot-trucks") == FLEET
    assert (tmp_path / "out/hot-trucks/depots.csv").read_text() == "T1|north\n"
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{tmp_path}/out/hot-trucks:"
    assert sum(line.startswith("  taken: ") for line in said) == 4
    assert [line for line in said if "NOT taken" in line and "Lambda function" in line] != []
    assert said[-1].startswith(f"  {tmp_path}/out/hot-trucks/application.sql:1:1: warning: No started pump fills HOT")


def test_import_keeps_what_is_there_unless_forced(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "a.json").write_text(json.dumps(request_v2()))
    words = ["sql", "import", str(tmp_path / "a.json"), "--to", str(tmp_path), "--name", "trucks"]
    assert exit_code(*words) == 0
    (tmp_path / "trucks/depots.csv").write_text("T1|north\n")
    (tmp_path / "trucks/application.sql").write_text("--")
    assert exit_code(*words) == 2
    assert capsys.readouterr().err == f"{tmp_path}/trucks is there already; --force writes over its files.\n"
    assert exit_code(*words, "--force") == 0
    assert exit_code(*words, "--force", "--json") == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["folder"], last["line"], last["column"], last["warning"]) == (f"{tmp_path}/trucks", 1, 1, True)
    contents = [(tmp_path / "trucks" / name).read_text() for name in ("application.sql", "depots.csv")]
    assert (contents, read_folder(tmp_path / "trucks").name) == ([SCRIPT, "T1|north\n"], "trucks")


def test_import_takes_a_folder_of_terraform(tmp_path: Path, capsys: Captured) -> None:
    start, rest = TERRAFORM_V1.split("  code = ", 1)
    (tmp_path / "sql").mkdir()
    (tmp_path / "main.tf").write_text(f'{start}  code = file("sql/hot.sql")\n' + rest.split("\n", 1)[1])
    (tmp_path / "sql/hot.sql").write_text(SCRIPT)
    assert exit_code("sql", "import", str(tmp_path), "--to", str(tmp_path / "out")) == 0
    assert read_folder(tmp_path / "out/hot-trucks").script == SCRIPT


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{}", "There is no application of Kinesis Data Analytics in the file."),
        (json.dumps({**request_v2(), "RuntimeEnvironment": "FLINK-1_15"}), "only applications in SQL can be imported"),
        (None, "cannot be read: No such file"),
    ],
)
def test_import_exits_2_where_nothing_can_be_taken(tmp_path: Path, capsys: Captured, text: str, says: str) -> None:
    if text:
        (tmp_path / "a.json").write_text(text)
    assert exit_code("sql", "import", str(tmp_path / "a.json"), "--to", str(tmp_path / "out")) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
