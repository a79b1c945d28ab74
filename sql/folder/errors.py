"""Defines the error of an application's folder, and the hints in its sentences."""

from collections.abc import Iterable
from difflib import get_close_matches


class FolderError(Exception):
    """Means that a folder does not describe an application; the message is a sentence with the file and the key."""


def hint(word: str, known: Iterable[str]) -> str:
    """Returns the nearest of the known words as a question, else all of them."""
    words = list(known)
    near = get_close_matches(word, words, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(words)}."
