"""Addresses of the pages of tables."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path


def _view(name: str) -> Callable[..., HttpResponse]:
    """Returns the view of that name; it is imported, with PyArrow, at its first request, which few processes get."""

    def view(request: HttpRequest, **parts: Any) -> HttpResponse:
        from archive.tables import pages  # noqa: PLC0415 - see above

        answer: HttpResponse = getattr(pages, name)(request, **parts)
        return answer

    return view


urlpatterns = [
    path("", _view("tables"), name="tables"),
    path("<slug:name>/", _view("table"), name="table"),
    path("<slug:name>/remove/", _view("remove"), name="table-remove"),  # a table may be called new
    path("new/<str:token>/", _view("new"), name="table-new"),
]
