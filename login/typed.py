"""Turns variables of the environment into settings, on django-environ, and refuses bad values by their names."""

import re
from importlib.util import find_spec
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from common.guarded import allowed

TRUE, FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}
MAIL_FORM = "It looks like smtp+tls://USER:PASSWORD@HOST:587, smtp+ssl://…:465 or consolemail://."


class Env(environ.FileAwareEnv):
    """Takes values as written: django-environ itself would read `$abc` as the value of the variable abc."""

    def get_value(self, var: str, cast: Any = None, default: Any = None, parse_default: bool = False) -> Any:  # noqa: FBT001, FBT002 - the parent's signature
        """Returns the value, or the default of a variable that is not set. Raises ImproperlyConfigured."""
        try:
            value = self.ENVIRON[var]
        except KeyError:
            return default
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no UTF-8"
            raise ImproperlyConfigured(f"{var}_FILE names a file that cannot be read: {reason}.") from None
        if cast is bool:
            return _boolean(var, value)
        if cast is int:
            return _whole(var, value)
        if cast is list:
            return [each for each in map(str.strip, value.split(",")) if each]
        return value

    def whole(self, var: str, default: int, least: int, most: int) -> int:
        """Returns a whole number within bounds. Raises ImproperlyConfigured."""
        value: int = self.int(var, default=default)
        if not least <= value <= most:
            raise ImproperlyConfigured(f"{var} is {value}; it is a whole number from {least} to {most}.")
        return value

    def word(self, var: str, default: str, *words: str) -> str:
        """Returns one of the words. Raises ImproperlyConfigured."""
        value: str = self.str(var, default=default)
        if value not in words:
            raise ImproperlyConfigured(f"{var} is none of {', '.join(words)}.")
        return value

    def places(self, var: str) -> list[str]:
        """Returns networks, addresses and names, each with a port or not. Raises ImproperlyConfigured."""
        found: list[str] = self.list(var, default=[])
        try:
            allowed(found)
        except ValueError as error:
            raise ImproperlyConfigured(f"{var}: {error}.") from None
        return found

    def collector(self, var: str, package: str) -> str:
        """Returns the address of a collector, "" for none. Raises ImproperlyConfigured if its package is absent."""
        address: str = self.str(var, default="")
        if address and not find_spec(package):
            needed = "Run: .venv/bin/pip install --require-hashes -r locks/requirements-monitoring.txt"
            raise ImproperlyConfigured(f"{var} is set, but the package for it is not installed. {needed}")
        return address

    def mail(self, var: str) -> dict[str, Any]:
        """Returns Django's settings of a mail server. Raises ImproperlyConfigured in a sentence without the value."""
        url = self.str(var).strip()
        try:
            if re.search(r"[\s#]", url):
                raise ValueError
            parts: dict[str, Any] = self.email_url_config(url)
        except (KeyError, ValueError, ImproperlyConfigured):
            raise ImproperlyConfigured(f"{var} cannot be read. {MAIL_FORM} In the password write # as %23.") from None
        return parts


def _boolean(var: str, value: str) -> bool:
    word = value.strip().lower()
    if word not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{var} is neither true nor false. A comment needs a line of its own.")
    return word in TRUE


def _whole(var: str, value: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", value.strip(), re.ASCII):
        raise ImproperlyConfigured(f"{var} is no whole number. A unit or a comment must not follow it.")
    return int(value)
