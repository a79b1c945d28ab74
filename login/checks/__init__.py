"""System checks: conditions that must hold before people may sign in; each refusal says what to do about it.

Django's commands run them; uWSGI and uvicorn do not, so wsgi.py and asgi.py call refuse_if_unsafe().
By theme: browsers.py (cookies, headers), servers.py (processes, cache), databases.py, keys.py (hosts, keys, sessions).
"""

import sys
from pathlib import Path

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 (Django's name for it)
from django.core.exceptions import ImproperlyConfigured

from accounts import checks as accounts
from login.checks import browsers, keys, servers


def refuse_if_unsafe() -> None:
    """Raises ImproperlyConfigured with every refusal, in words. For processes that serve."""
    messages = [*gate(), *unsafe(), *accounts.unsafe(), *servers.this_process()]
    refused = [each for each in messages if each.is_serious()]
    if refused:
        raise ImproperlyConfigured("\n".join(f"{each.id}: {each.msg} {each.hint}" for each in refused))


def gate(app_configs: object = None, **_: object) -> list[CheckMessage]:
    """Checks, in any mode, that pages ask for a sign-in by default, and that DEBUG serves this machine only."""
    return [*_sign_in(), *keys.development()]


def _sign_in() -> list[CheckMessage]:
    if "django.contrib.auth.middleware.LoginRequiredMiddleware" in settings.MIDDLEWARE:
        return []
    hint = "Put django.contrib.auth.middleware.LoginRequiredMiddleware after AuthenticationMiddleware."
    return [Error("Pages are open to everybody: MIDDLEWARE lacks LoginRequiredMiddleware.", hint, id="login.E009")]


def unsafe(app_configs: object = None, **_: object) -> list[CheckMessage]:
    """Checks, with DEBUG off, the settings that would open a hole."""
    return [] if settings.DEBUG else [*keys.unsafe(), *browsers.unsafe(), *servers.unsafe()]


def bundle(app_configs: object = None, **_: object) -> list[CheckMessage]:
    """Checks that the front-end bundle was made. Silent for the commands that serve no page."""
    missing = not (Path(settings.STATICFILES_DIRS[0]) / "dashboard").exists()
    if missing and sys.argv[1:2] in (["runserver"], ["check"]):
        return [Warning("The pages lack their styles and scripts.", "Run: make assets", id="login.W010")]
    return []
