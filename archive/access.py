"""Decides which people may ask questions: staff, and users with the permission to ask."""

from accounts.guards import has_right, only

PERMISSION = "archive.ask"

may_ask = has_right(PERMISSION)
askers_only = only(may_ask, "Only people who may ask questions may see this page.")
