"""Every page has its wireframe, and no picture is older than the script that draws it."""

import hashlib
import html
import json
import re
from pathlib import Path

import pytest
from django.urls import resolve

from mockups.draw import SCREENS

HERE = Path(__file__).parents[1] / "mockups"
ROWS = re.findall(r"^\| \[([\w-]+)\]\(\1\.svg\) \|.*\| `(\S+)` \|$", (HERE / "README.md").read_text(), re.MULTILINE)


each_screen = pytest.mark.parametrize("name", SCREENS)


def drawing(name: str) -> str:
    return SCREENS[name]().file()


def picture(name: str) -> str:
    return (HERE / f"{name}.svg").read_text()


def test_every_page_for_people_has_a_mockup() -> None:
    assert {resolve(address).url_name for _, address in ROWS} == {
        "home", "sign-in", "success", "market", "ticker", "orders", "streams", "stream", "records", "dead-letters",
        "dead-letter", "dead-letters-all", "sessions", "history", "tokens", "token-new", "key-new", "people", "person",
        "mfa_authenticate", "mfa_index", "mfa_add_webauthn", "mfa_activate_totp", "recovery-codes",
        "account_reauthenticate", "account_change_password", "account_reset_password", "invitation",
        "episodes", "episode", "alarm-rule", "alarm-ledger", "alarm-targets", "order-lines", "probes", "probes-status",
        "search", "sql", "sql-application", "sql-edit", "sql-panel", "board", "board-edit", "panel-new", "display",
    }  # fmt: skip


def test_mockup_table_and_folder_list_the_same_screens() -> None:
    pictures = sorted(path.name for path in HERE.iterdir() if path.suffix in {".svg", ".png", ".excalidraw"})
    assert pictures == sorted(f"{name}.svg" for name in SCREENS)
    assert sorted(name for name, _ in ROWS) == sorted(SCREENS)


@each_screen
def test_drawing_is_an_excalidraw_file_with_unique_ids(name: str) -> None:
    drawn = json.loads(drawing(name))
    ids = [element["id"] for element in drawn["elements"]]
    assert (drawn["type"], len(set(ids))) == ("excalidraw", len(ids))


@each_screen
def test_a_picture_is_rendered_from_its_current_drawing(name: str) -> None:
    digest = hashlib.sha256(drawing(name).encode()).hexdigest()
    assert re.findall(r"<metadata>source-sha256 (\w+)</metadata>", picture(name)) == [digest], "Run: make mockups"


@each_screen
def test_picture_has_the_words_of_its_drawing(name: str) -> None:
    elements = json.loads(drawing(name))["elements"]
    words = [line for element in elements if element["type"] == "text" for line in element["text"].split("\n")]
    shown = re.findall(r"<text[^>]*>([^<]*)</text>", picture(name))
    assert [html.unescape(line) for line in shown] == words


@each_screen
def test_picture_is_small_and_loads_nothing_from_outside(name: str) -> None:
    assert set(re.findall(r'https?://[^"]+', picture(name))) == {"http://www.w3.org/2000/svg"}
    assert len(picture(name)) < 70_000
