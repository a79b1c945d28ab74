"""Sends messages by mail."""
