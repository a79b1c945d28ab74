"""The scripts of the examples and of the cases that `make parity` judges: complete, and as true as the page says."""

import re
from pathlib import Path

import pytest

from sql.flink.export import Export, export
from sql.flink.fidelity import Level
from sql.folder import read_folder
from sql.program import compile_application
from tests.deployment import ROOT

PAGE = (ROOT / "docs/sql-flink.md").read_text()
JUDGED = dict(re.findall(r"^\| ([\w/-]+) \| [\d–]+ \| [\d–]+ \| (\w+)", PAGE, re.MULTILINE))
FOLDERS = {path.parent.name: path.parent for path in ROOT.glob("examples/*/application.toml")}
FOLDERS |= {f"cases/{path.parent.name}": path.parent for path in ROOT.glob("tests/parity/cases/*/application.toml")}


def exported(folder: Path) -> Export:
    application = read_folder(folder)
    return export(compile_application(application).plan, application)


def test_the_page_has_every_example_and_case() -> None:
    assert sorted(JUDGED) == sorted(FOLDERS)


@pytest.mark.parametrize("name", FOLDERS)
def test_a_pump_is_exported_where_the_page_says_that_flink_was_equal(name: str) -> None:
    levels = {pump.level for pump in exported(FOLDERS[name]).pumps}
    assert (Level.CANNOT in levels) == (JUDGED[name] == "cannot")


def test_the_script_is_complete() -> None:
    script = str(exported(FOLDERS["orders-and-products"]))
    made = re.findall(r"^(?:CREATE (?:TEMPORARY VIEW|TABLE)|INSERT INTO|SET) [`'](.+?)[`']", script, re.MULTILINE)
    assert made == [
        "table.local-time-zone", "table.exec.source.idle-timeout", "SOURCE_SQL_STREAM_001", "PRODUCTS",
        "LINE_PUMP pump", "LINES", "SALES_PUMP 1", "SALES_PUMP pump", "SALES", "SALES sink", "SALES sink",
    ]  # fmt: skip
