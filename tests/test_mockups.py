"""Every page has its wireframe, and no picture is older than its source."""

import hashlib
import html
import json
import re
from pathlib import Path

import pytest
from django.urls import resolve

from mockups.draw import SCREENS

HERE = Path(__file__).parents[1] / "mockups"
ROWS = re.findall(r"^\| \[([\w-]+)\]\(\1\.png\) \|.*\| `(\S+)` \|$", (HERE / "README.md").read_text(), re.MULTILINE)
SOURCES = sorted(HERE.glob("*.excalidraw"), key=lambda source: source.stem)


def each_source() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)


def test_every_page_for_people_has_a_mockup() -> None:
    assert {resolve(address).url_name for _, address in ROWS} == {
        "home", "sign-in", "success", "market", "ticker", "orders", "streams", "records", "dead-letters", "dead-letter",
        "dead-letters-all", "sessions", "history", "tokens", "token-new", "people", "person",
        "mfa_authenticate", "mfa_index", "mfa_add_webauthn", "mfa_activate_totp", "recovery-codes",
        "account_reauthenticate", "account_change_password", "account_reset_password", "invitation",
    }  # fmt: skip


def test_the_table_lists_every_source() -> None:
    assert sorted(name for name, _ in ROWS) == [source.stem for source in SOURCES]


@each_source()
def test_a_source_is_a_drawing_with_unique_ids(source: Path) -> None:
    drawing = json.loads(source.read_text())
    ids = [element["id"] for element in drawing["elements"]]
    assert (drawing["type"], len(set(ids))) == ("excalidraw", len(ids))


@each_source()
def test_both_renders_are_of_this_very_source(source: Path) -> None:
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    assert re.findall(r"<metadata>source-sha256 (\w+)</metadata>", source.with_suffix(".svg").read_text()) == [digest]
    assert re.findall(rb"tEXtsource-sha256\0(\w{64})", source.with_suffix(".png").read_bytes()) == [digest.encode()]


@each_source()
def test_the_picture_says_what_its_source_says(source: Path) -> None:
    elements = json.loads(source.read_text())["elements"]
    words = [line for element in elements if element["type"] == "text" for line in element["text"].split("\n")]
    shown = re.findall(r"<text[^>]*>([^<]*)</text>", source.with_suffix(".svg").read_text())
    assert [html.unescape(line) for line in shown] == words


@each_source()
def test_renders_are_small_and_ask_for_nothing_from_outside(source: Path) -> None:
    svg = source.with_suffix(".svg").read_text()
    assert set(re.findall(r'https?://[^"]+', svg)) == {"http://www.w3.org/2000/svg"}
    assert len(svg) < 150_000
    assert source.with_suffix(".png").stat().st_size < 300_000


@pytest.mark.parametrize("name", SCREENS)
def test_what_is_drawn_is_what_the_script_draws(name: str) -> None:
    assert (HERE / f"{name}.excalidraw").read_text() == SCREENS[name]().file()
