"""System checks: what must hold before people may sign in, each refusal with what to do about it.

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
    found = [*gate(), *unsafe(), *accounts.unsafe(), *servers.this_process()]
    refused = [each for each in found if each.is_serious()]
    if refused:
        raise ImproperlyConfigured("\n".join(f"{each.id}: {each.msg} {each.hint}" for each in refused))


def gate(app_configs: object = None, **_: object) -> list[CheckMessage]:
    """In any mode: every page asks for a sign-in unless it says otherwise, and development stays at home."""
    return [*_sign_in(), *keys.development()]


def _sign_in() -> list[CheckMessage]:
    if "django.contrib.auth.middleware.LoginRequiredMiddleware" in settings.MIDDLEWARE:
        return []
    hint = "Put django.contrib.auth.middleware.LoginRequiredMiddleware after AuthenticationMiddleware."
    return [Error("Pages are open to everybody: MIDDLEWARE lacks LoginRequiredMiddleware.", hint, id="login.E009")]


def unsafe(app_configs: object = None, **_: object) -> list[CheckMessage]:
    """With DEBUG off: the settings that would leave a hole."""
    return [] if settings.DEBUG else [*keys.unsafe(), *browsers.unsafe(), *servers.unsafe()]


def bundle(app_configs: object = None, **_: object) -> list[CheckMessage]:
    """Before a page is served: the front-end bundle has been made. Silent for the commands that serve none."""
    missing = not (Path(settings.STATICFILES_DIRS[0]) / "dashboard").exists()
    if missing and sys.argv[1:2] in (["runserver"], ["check"]):
        return [Warning("The pages lack their styles and scripts.", "Run: make assets", id="login.W010")]
    return []
