"""Declares the pages of tables; no application."""

from streams.applications import Provider

PROVIDER = Provider(find=lambda name: None, names=list, urls="archive.tables.urls")
