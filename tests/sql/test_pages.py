"""Holds docs/sql.md to the verbs, the keys and the switches that there are."""

import argparse
import re

import pytest

from sql.folder import SWITCHES, Switch, from_files
from sql.folder.reading import KEYS
from sql.management import verbs
from sql.program import compile_application
from tests.deployment import ROOT

PAGE = (ROOT / "docs/sql.md").read_text()
CODE = re.findall(r"```(\w+)\n(.+?)```", PAGE, re.DOTALL)


def _verbs() -> list[str]:
    subparsers = argparse.ArgumentParser().add_subparsers()
    for module in verbs.modules():
        module.add(subparsers)
    return sorted(subparsers.choices)


@pytest.mark.parametrize("verb", _verbs())
def test_the_page_has_every_verb(verb: str) -> None:
    assert re.search(rf"^\| (?:.*, )?`{verb}\b", PAGE, re.MULTILINE)


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_the_page_has_every_switch_with_the_word_that_changes_it(switch: Switch) -> None:
    (word,) = re.findall(rf"`{switch.name} = (.+?)`", PAGE)
    assert word in [f'"{each}"' for each in switch.words[1:]] or word.isdigit()


@pytest.mark.parametrize("key", KEYS)
def test_the_page_has_every_key(key: str) -> None:
    assert f"`{key}`" in PAGE or f"`[[{key}]]`" in PAGE or f"`[{key}]`" in PAGE


def test_the_start_of_the_page_is_an_application() -> None:
    texts = dict(CODE[:2])
    columns = '[[columns]]\nname = "page"\ntype = "VARCHAR(64)"\n'
    files = {"application.toml": texts["toml"], "application.sql": texts["sql"], "schema.toml": columns}
    program = compile_application(from_files({name: text.encode() for name, text in files.items()}, "clicks"))
    assert (program.plan.warnings, program.plan.proof.per_shard) == ((), True)
