"""Requests whose Content-Type Django cannot read. Django raises ValueError for them before any middleware runs."""

from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest

REFUSED = "latin-1"  # any encoding but UTF-8: login.middleware.refuse_unreadable answers 415


class _Refusable:
    encoding: Any
    content_type: Any
    content_params: Any

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Reads the header as Django does; where that fails, has the request refused.

        It fails for a NUL in `charset`, and for an unknown encoding of a parameter that is written as RFC 2231 has it.
        """
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except ValueError:
            self.content_type, self.content_params = "", {}
            self.encoding = REFUSED


class AsgiRequest(_Refusable, ASGIRequest):
    """The request that login.asgi makes."""


class WsgiRequest(_Refusable, WSGIRequest):
    """The request that login.wsgi makes."""
