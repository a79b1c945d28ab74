"""Turns the text of a script into a tree, or into sentences that say where it is wrong and how to mend it."""

from sql.language.parser import parse

__all__ = ["parse"]
