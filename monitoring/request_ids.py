"""The id of a request: in nginx' log, in each of our lines about it, on the page of an error."""

import re
from contextvars import ContextVar
from uuid import uuid4

from django.http import HttpRequest

WELL_FORMED = re.compile(r"[0-9A-Za-z-]{8,64}")  # nginx' $request_id is 32 hexadecimal digits
HEADER = "X-Request-ID"
_META = "HTTP_X_REQUEST_ID"

current: ContextVar[str] = ContextVar("request_id", default="")  # "" outside of a request


def name(request: HttpRequest) -> str:
    """Returns the id that nginx gave, if it is well formed, else a new one; puts it into the request's header."""
    given = request.META.get(_META, "")
    if not WELL_FORMED.fullmatch(given):
        given = request.META[_META] = uuid4().hex
    return str(given)


def of(request: HttpRequest) -> str:
    """Returns the id of a request that has been named."""
    return str(request.META.get(_META, ""))
