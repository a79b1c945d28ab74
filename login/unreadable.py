"""Handles a Content-Type that Django cannot read, before any middleware runs.

Django raises ValueError for some. For a known `charset` it reads the parameters of the address in that encoding, and
raises errors of all kinds: for bytes that the encoding cannot have, and for too many parameters.
"""

from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict

REFUSED = "latin-1"  # any encoding but UTF-8: login.middleware.refuse_unreadable answers 415


class _Refusable:
    GET: Any
    encoding: Any
    content_type: Any
    content_params: Any

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Reads the header like Django; if that fails, marks the request to be refused.

        It fails for a NUL in `charset`, and for an unknown encoding of a parameter in the form of RFC 2231. The
        parameters of the address are not read: Django deletes what it takes for them.
        """
        self.GET = QueryDict()
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except ValueError:
            self.content_type, self.content_params, self.GET = "", {}, QueryDict()
            self.encoding = REFUSED
        self.__dict__.pop("GET", None)


class AsgiRequest(_Refusable, ASGIRequest):
    """Is the request class of login.asgi."""


class WsgiRequest(_Refusable, WSGIRequest):
    """Is the request class of login.wsgi."""
