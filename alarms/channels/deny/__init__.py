"""Keeps a deny list for nginx."""
