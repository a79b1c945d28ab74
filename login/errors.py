"""The pages of errors that Django would draw without the request, and so without the nonce of their scripts."""

from django.http import HttpRequest, HttpResponse
from django.template import loader

from watching import requests


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: an unknown host name, a form that was tampered with."""
    context = {"code": 400, "says": "The server could not make sense of this request.", "do": "Check its address."}
    return _page(request, "refused.html", context)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500."""
    return _page(request, "500.html", {"code": 500, "number": requests.of(request)})


def _page(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """Asks nobody who is signed in: the database may be what broke."""
    page = loader.get_template(template).render(context | {"request": request})
    return HttpResponse(page, status=int(str(context["code"])))
