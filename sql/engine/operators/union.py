"""Merges the rows of several branches by row time."""

from sql.engine.contract import Change, Row


class UnionOperator:
    """Lets rows pass. All branches are at the same row time, and the engine adds their rows in order."""

    def add(self, time: int, rows: list[Row], side: int = 0) -> list[Row]:
        """Returns the rows."""
        return rows

    def due(self) -> int | None:
        """Returns None: no row waits."""
        return None

    def fire(self, time: int) -> list[Row]:
        return []

    def changes(self) -> Change:
        return Change({})

    def size(self) -> int:
        return 0
