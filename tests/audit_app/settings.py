"""Adds the audit application to the settings of the site."""

from login.settings import *  # noqa: F403, TID251 - these are settings, too

INSTALLED_APPS += ["tests.audit_app"]  # noqa: F405 - from our own
