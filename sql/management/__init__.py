"""Holds the verbs of `manage.py sql`."""
