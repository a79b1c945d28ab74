"""First steps of every process: reads the settings, or ends with one sentence; a server imports its pages, too."""

import os
import sys
from importlib import import_module

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def read_settings() -> None:
    """Reads login.settings, unless the environment names another module. Exits with 2 if a value is unusable."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
    try:
        settings.INSTALLED_APPS  # noqa: B018 - the first look at a setting reads them all
    except ImproperlyConfigured as refusal:
        sys.stderr.write(f"{refusal}\n")
        raise SystemExit(2) from None


def import_pages() -> None:
    """Imports all pages, so that no first request waits for them: on a busy machine it would be ended as too slow.

    Django must be set up.
    """
    import_module(settings.ROOT_URLCONF)
