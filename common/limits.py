"""Bounds that databases set."""

MAX_ID = 2**63 - 1  # the largest primary key of a BigAutoField
