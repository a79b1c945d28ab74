"""Sends messages by Apprise: 176 services."""
