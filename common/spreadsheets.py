"""Writes the cells of CSV files so that spreadsheets run none of them."""

from typing import Any

# A spreadsheet runs a cell that starts with one of these (OWASP, CSV Injection), some after blanks, and some (in East
# Asian versions) in their full-width forms.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(value: Any) -> Any:
    """Returns a value as its cell has it: text that might be a formula begins with an apostrophe."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}" if isinstance(value, str) and _runs(value) else value


def _runs(text: str) -> bool:
    """Returns whether a spreadsheet might take the text for a formula; str.lstrip knows every kind of blank."""
    return text.startswith(FORMULA) or text.lstrip().startswith(FORMULA)
