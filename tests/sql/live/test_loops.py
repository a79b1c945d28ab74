"""Applications whose outputs would feed each other are refused: their records would go round for ever."""

import pytest

from sql.folder import FolderError
from sql.live.deploying import deploy, roll_back
from tests.sql.live.fake import files

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fake_programs")]


def content(source: str, to: str) -> dict[str, bytes]:
    """Returns a folder that reads one stream and writes another."""
    found = files(source=source)
    found["application.toml"] += f'\n[[outputs]]\nstream = "OUT"\nto = "{to}"\n'.encode()
    return found


def refused(name: str, source: str, to: str) -> str:
    with pytest.raises(FolderError) as caught:
        deploy(name, content(source, to), "me")
    return str(caught.value)


def test_an_output_into_the_own_stream_is_refused() -> None:
    assert refused("one", "a", "a") == "The output 'OUT' goes to 'a', which the application itself reads."


def test_an_output_that_comes_back_through_others_is_refused() -> None:
    deploy("two", content("b", "c"), "me")
    deploy("three", content("c", "a"), "me")
    assert refused("one", "a", "b") == (
        "The output 'OUT' goes to 'b', from which its rows come back to 'a' through two and three, and would go round "
        "for ever; write to a stream that leads elsewhere."
    )
    deploy("one", content("a", "d"), "me")


def test_going_back_to_a_version_that_would_close_a_loop_is_refused() -> None:
    deploy("one", content("a", "b"), "me")
    deploy("one", content("a", "c"), "me")
    deploy("two", content("b", "a"), "me")
    with pytest.raises(FolderError, match="come back to 'a' through two"):
        roll_back("one", 1)
    deploy("two", content("b", "b2"), "me")
    assert roll_back("one", 1).version.number == 1
