"""Functions that are imported when they are first called."""

import re
from pkgutil import resolve_name

import pytest

from common.later import later
from tests.test_words import files


def test_later_passes_arguments_and_answer() -> None:
    assert later("operator:sub")(5, 3) == 2
    assert later("builtins:dict")(a=1) == {"a": 1}


def test_later_imports_nothing_before_the_call() -> None:
    absent = later("common.absent:nothing")
    with pytest.raises(ModuleNotFoundError):
        absent()


def test_every_named_function_exists() -> None:
    code = [path.read_text() for path in files("*.py") if "tests" not in path.parts]
    places = [place for text in code for place in re.findall(r'\blater\("([^"]+)"\)', text)]
    assert len(places) > 50
    assert [place for place in places if not callable(resolve_name(place))] == []
