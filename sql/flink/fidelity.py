"""Says how truly a statement of Flink SQL follows the plan."""

from enum import IntEnum


class Level(IntEnum):
    EXACT = 0  # the same rows
    NEAR = 1  # the same rows but for the cases that a note names
    CANNOT = 2  # Flink SQL has nothing for it


class Cannot(Exception):  # noqa: N818 - it is no fault of the script
    """Means that Flink SQL has nothing for a part of a statement; the message is a sentence."""


class Notes:
    """Collects the sentences about one statement."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def near(self, sentence: str) -> None:
        """Notes that the statement differs in the cases that the sentence names."""
        if sentence not in self.sentences:
            self.sentences.append(sentence)

    @property
    def level(self) -> Level:
        return Level.NEAR if self.sentences else Level.EXACT
