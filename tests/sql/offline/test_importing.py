"""Names of imported applications, which are names of folders."""

from dataclasses import replace
from pathlib import Path

import pytest

from sql.folder import FolderError
from sql.importing import Imported, read_applications
from sql.offline.importing import named, write
from tests.sql.importing.shapes import SHAPES


def fleet(name: str) -> Imported:
    file, text = SHAPES["v1 request"]
    (found,) = read_applications({file: text.encode()})
    return replace(found, application=replace(found.application, name=name))


@pytest.mark.parametrize("names", [["a", ".."], ["a", "b/c"], ["a", ""], ["a", "a"]])
def test_write_writes_nothing_where_a_name_cannot_be(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(FolderError, match=r"is no name for a folder|two applications of the name"):
        write(list(map(fleet, names)), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_several_applications_keep_their_names() -> None:
    with pytest.raises(FolderError, match="There are 2 applications, which keep their names: a, b"):
        named([fleet("a"), fleet("b")], "c")
