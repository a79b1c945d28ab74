"""Writes trees as text that is read to equal trees."""

from sql.language.printing import expressions, queries, statements
from sql.language.printing.base import to_text

__all__ = ["expressions", "queries", "statements", "to_text"]
