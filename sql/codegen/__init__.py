"""Writes the Python source of a plan's loops. It holds names of our own and numbers only; no text of a user gets in."""
