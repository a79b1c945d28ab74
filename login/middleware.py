"""What the project adds to every answer."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import cast

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

Answer = Callable[[HttpRequest], HttpResponse | StreamingHttpResponse]


def stream_asynchronously(get_response: Answer) -> Answer:
    """Under ASGI, Django gathers a file or a CSV whole before it sends any, unless its content is asynchronous."""

    def middleware(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        response = get_response(request)
        if isinstance(request, ASGIRequest) and isinstance(response, StreamingHttpResponse) and not response.is_async:
            content = cast(Iterable[bytes], response.streaming_content)  # not is_async says so
            response.streaming_content = _pieces(iter(content))
        return response

    return middleware


async def _pieces(content: Iterator[bytes]) -> AsyncIterator[bytes]:
    following = sync_to_async(lambda: next(content, b""))
    while piece := await following():
        yield piece
