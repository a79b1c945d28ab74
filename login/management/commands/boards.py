"""manage.py boards: boards as text files."""

from collections.abc import Callable
from difflib import unified_diff
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from common.text import quoted, storable
from dashboard.boards import store
from dashboard.boards.models import Board
from dashboard.boards.reading import BoardError, read
from dashboard.boards.spec import MOST_BYTES
from dashboard.boards.store import TooManyError
from streams.management.plain import PlainCommand, UsageError
from streams.management.table import lines


class Command(PlainCommand):
    help = "Lists boards, writes one as text, and makes or changes one from text. docs/boards.md describes the text."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(required=True, metavar="list|export|apply")
        verbs.add_parser("list", help="list the boards by name").set_defaults(action=self.list)
        export = verbs.add_parser("export", help="print the text of a board")
        export.add_argument("name", metavar="NAME", help="as in the address of its page")
        apply = verbs.add_parser("apply", help="make a board from a file, or give one the file's text")
        apply.add_argument("file", type=Path, metavar="FILE")
        apply.add_argument("--name", metavar="NAME", help="of the board; else the file's name without its ending")
        apply.add_argument("--diff", action="store_true", help="change nothing; print the lines that would change")
        actions: dict[CommandParser, Callable[..., None]] = {export: self.export, apply: self.apply}
        for verb, action in actions.items():
            verb.set_defaults(action=action)

    def handle(self, *args: Any, **options: Any) -> None:
        options["action"](**options)

    def list(self, **_: Any) -> None:
        found = Board.objects.order_by("slug").select_related("owner")
        for line in lines(_row(each) for each in found):
            self.stdout.write(line)

    def export(self, *, name: str, **_: Any) -> None:
        board = Board.objects.filter(slug=storable(name)).first()
        if board is None:
            listed = ", ".join(Board.objects.order_by("slug").values_list("slug", flat=True)[:50]) or "none"
            raise UsageError(f"There is no board {quoted(name)}. There are: {listed}.")
        self.stdout.keep(board.text)

    def apply(self, *, file: Path, name: str | None, diff: bool, **_: Any) -> None:
        slug, text = name or file.stem, _content(file)
        if not store.is_slug(slug):
            raise UsageError(f"{quoted(slug)} is no name of a board: it has small letters, digits and hyphens only.")
        board = Board.objects.filter(slug=slug).first()
        if diff:
            before = board.text if board else ""
            for line in unified_diff(before.splitlines(), text.splitlines(), slug, str(file), lineterm=""):
                self.stdout.write(line)
            return
        self.stdout.write(f"{slug}: {_put(board, slug, text)}.")


def _row(board: Board) -> dict[str, Any]:
    owner = str(board.owner) if board.owner else "–"
    return {"name": board.slug, "title": board.title, "owner": owner, "seen by": Board.SEEN_BY[board.seen_by]}


def _put(board: Board | None, slug: str, text: str) -> str:
    """Makes or changes the board; returns the deed in a word."""
    try:
        if board is None:
            store.make(text, None, slug=slug)
            return "made"
        return "changed" if store.change(board, text) else "unchanged"
    except TooManyError as error:
        raise UsageError(str(error)) from None


def _content(file: Path) -> str:
    """Returns the text of a file that holds a board. Raises UsageError."""
    try:
        with file.open("rb") as opened:
            text = opened.read(MOST_BYTES + 1).decode()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8"
        raise UsageError(f"{file} cannot be read: {reason}.") from None
    try:
        read(text)
    except BoardError as error:
        raise UsageError(f"{file}: {error}") from None
    return store.normal(text)
