"""Middleware of the project: adds headers to every answer, and refuses bad requests before any view runs."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import cast

from asgiref.sync import sync_to_async
from django.core.exceptions import TooManyFieldsSent
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render

from login.headers import HEADERS

Reply = HttpResponse | StreamingHttpResponse
Answer = Callable[[HttpRequest], Reply]

MOST_ADDRESS = 8192  # characters of path and query; nginx' large_client_header_buffers hold as much


def isolate(get_response: Answer) -> Answer:
    """Adds the headers that keep other sites apart from ours to pages, JSON, files and errors alike. Stands first."""

    def middleware(request: HttpRequest) -> Reply:
        response = get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def refuse_other_sites(get_response: Answer) -> Answer:
    """Refuses requests from other sites' pages by Fetch Metadata (W3C), unless a person follows a link to us.

    A neighbouring subdomain ("same-site") counts as another site. Scripts and browsers before 2023 send no such header.
    """

    def middleware(request: HttpRequest) -> Reply:
        link = request.method in ("GET", "HEAD") and request.headers.get("Sec-Fetch-Mode") == "navigate"
        if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none") and not (
            link and request.headers.get("Sec-Fetch-Dest") == "document"
        ):
            says = "Another site asked for this in your name, so it was refused."
            return _refuse(request, 403, says, "If it was you, open Millrace itself and do it there.")
        return get_response(request)

    return middleware


def refuse_unreadable(get_response: Answer) -> Answer:
    """Refuses requests that no view can handle.

    The address is too long, has too many parameters (DATA_UPLOAD_MAX_NUMBER_FIELDS), or has NUL, which no PostgreSQL
    text can hold; or the body claims an encoding other than UTF-8, the only one of our pages, and Django would use that
    encoding for the address, too.
    """

    def middleware(request: HttpRequest) -> Reply:
        is_foreign = (request.encoding or "utf-8").lower() not in ("utf-8", "utf8")
        if is_foreign:
            request.GET = QueryDict()  # or the next line would read the address in that encoding
            request.encoding = "utf-8"
        try:
            values = [request.path, *request.GET, *_values(request)]
        except TooManyFieldsSent:
            request.GET = QueryDict()  # so that a page can be made
            return _refuse(request, 400, "This address has too many parameters.", "Ask for less at once.")
        if is_foreign:
            return _refuse(request, 415, "This request is in an encoding other than UTF-8.", "Send it in UTF-8.")
        if len(request.get_full_path()) > MOST_ADDRESS:
            return _refuse(request, 414, "This address is too long.", "Ask for less at once.")
        if any("\0" in text for text in values):
            return _refuse(request, 400, "This address has a NUL character in it.", "Leave it out and try again.")
        return get_response(request)

    return middleware


def _values(request: HttpRequest) -> Iterator[str]:
    for _, values in request.GET.lists():
        yield from values


def _refuse(request: HttpRequest, code: int, says: str, do: str) -> HttpResponse:
    return render(request, "refused.html", {"code": code, "says": says, "do": do}, status=code)


def stream_asynchronously(get_response: Answer) -> Answer:
    """Makes streamed content asynchronous. Otherwise Django, under ASGI, gathers a file or CSV whole before sending."""

    def middleware(request: HttpRequest) -> Reply:
        response = get_response(request)
        if isinstance(request, ASGIRequest) and isinstance(response, StreamingHttpResponse) and not response.is_async:
            content = cast(Iterable[bytes], response.streaming_content)  # it is not is_async
            response.streaming_content = _pieces(iter(content))
        return response

    return middleware


async def _pieces(content: Iterator[bytes]) -> AsyncIterator[bytes]:
    following = sync_to_async(lambda: next(content, b""))
    while piece := await following():
        yield piece
