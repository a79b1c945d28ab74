"""Functions that are imported when they are first called."""

from pkgutil import resolve_name

import pytest

from common.later import PLACES, later


def test_later_passes_arguments_and_answer() -> None:
    assert later("operator:sub")(5, 3) == 2
    assert later("builtins:dict")(a=1) == {"a": 1}


def test_later_imports_nothing_before_the_call() -> None:
    absent = later("common.absent:nothing")
    PLACES.remove("common.absent:nothing")
    with pytest.raises(ModuleNotFoundError):
        absent()


def test_every_named_function_exists() -> None:
    assert [place for place in PLACES if not callable(resolve_name(place))] == []
