"""Registers the sources of the doors in."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    name = "ingest"
