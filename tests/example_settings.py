"""Our own settings, with the example application."""

from login.settings import *  # noqa: F403, TID251 - these are settings, too

INSTALLED_APPS += ["tests.example_application"]  # noqa: F405 - from our own
STATICFILES_DIRS = [BASE_DIR / "build" / "example"]  # noqa: F405 - as above
