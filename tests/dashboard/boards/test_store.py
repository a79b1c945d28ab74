"""Boards are kept, changed, taken back, and moved as text."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import User
from dashboard.boards import access, store
from dashboard.boards.models import Board
from dashboard.boards.reading import BoardError
from dashboard.boards.store import ConflictError
from streams.models import TopicVersion
from tests.dashboard.boards.test_text import FULL

pytestmark = pytest.mark.django_db


def text(title: str) -> str:
    return f'title = "{title}"\n'


def command(*words: str) -> str:
    out = io.StringIO()
    call_command("boards", *words, stdout=out)
    return out.getvalue()


def test_boards_of_one_title_get_names_of_their_own() -> None:
    assert [store.make(text(title), None).slug for title in ("My shop", "My shop", "New", "店")] == [
        "my-shop", "my-shop-2", "new-2", "board",
    ]  # fmt: skip


def test_undo_leads_back_to_the_last_twenty_texts() -> None:
    board = store.make(text("0"), None)
    for number in range(1, 23):
        store.change(board, text(str(number)))
    undone = sum(store.undo(board) for _ in range(30))
    board.refresh_from_db()
    assert (undone, board.title, board.text) == (20, "2", text("2"))


def test_change_based_on_an_older_version_is_refused() -> None:
    board = store.make(text("A"), None)
    store.change(board, text("B"), version=board.version)
    with pytest.raises(ConflictError):
        store.change(board, text("C"), version=board.version)
    board.refresh_from_db()
    assert (board.title, board.version > 1) == ("B", True)


def test_each_change_raises_the_version_of_the_topic_and_no_change_does_not() -> None:
    board = store.make(text("A"), None)
    changes = [store.change(board, text("B")), store.change(board, text("B")), store.undo(board), store.undo(board)]
    assert (changes, TopicVersion.objects.get(topic="board:a").version) == ([True, False, True, False], 3)


def test_bad_text_changes_nothing() -> None:
    board = store.make(text("A"), None)
    with pytest.raises(BoardError):
        store.change(board, "title = 1")
    board.refresh_from_db()
    assert (board.text, board.version, board.texts.count()) == (text("A"), 1, 0)


def test_viewer_sees_shared_boards_and_their_own_only() -> None:
    ada, bob = (User.objects.create_user(name) for name in ("ada", "bob"))
    store.make(text("Hers"), ada.pk, Board.OWNER)
    shared = store.make(text("Ours"), ada.pk)
    assert [list(access.visible(user).order_by("pk").values_list("slug", flat=True)) for user in (ada, bob)] == [
        ["hers", "ours"],
        ["ours"],
    ]
    assert [access.may_change(shared, user) for user in (ada, bob)] == [True, False]


def test_public_board_is_off_by_default(settings: object) -> None:
    store.make(text("A"), None, Board.PUBLIC)
    assert (access.public("a"), Board.PUBLIC in access.choices()) == (None, False)
    settings.PUBLIC_BOARDS = True  # type: ignore[attr-defined]
    assert (str(access.public("a")), Board.PUBLIC in access.choices()) == ("A", True)


def test_text_comes_out_of_the_command_as_it_went_in(tmp_path: Path) -> None:
    file = tmp_path / "shops.toml"
    file.write_text(FULL)
    assert command("apply", str(file)) == "shops: made.\n"
    assert command("apply", str(file)) == "shops: unchanged.\n"
    assert command("export", "shops") == FULL
    file.write_text(FULL.replace('range = "6h"', 'range = "1d"'))
    diff = command("apply", str(file), "--diff").splitlines()
    assert [line for line in diff if line[:1] in "+-"][2:] == ['-range = "6h"', '+range = "1d"']
    assert command("export", "shops") == FULL
    assert command("apply", str(file)) == "shops: changed.\n"
    assert command("list").splitlines()[1].split()[:2] == ["shops", "Shops"]


@pytest.mark.parametrize(
    ("content", "words", "says"),
    [
        ("title = ", (), "bad.toml: Line 1: This is no TOML"),
        ('title = "A"', ("--name", "../A"), "'../A' is no name of a board"),
    ],
)
def test_command_refuses_a_bad_file_in_a_sentence(
    content: str, words: tuple[str, ...], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.toml").write_text(content)
    with pytest.raises(SystemExit) as left:
        command("apply", str(tmp_path / "bad.toml"), *words)
    assert (left.value.code, says in capsys.readouterr().err, Board.objects.count()) == (2, True, 0)
