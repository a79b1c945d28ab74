"""The pages of errors that Django would draw without the request, and so without the nonce of their scripts."""

from django.http import Http404, HttpRequest, HttpResponse
from django.template import loader
from django.views import defaults

from monitoring import request_ids


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: an unknown host name, a form that was tampered with."""
    context = {"code": 400, "says": "The server could not make sense of this request.", "do": "Check its address."}
    return _page(request, "refused.html", context)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500."""
    return _page(request, "500.html", {"code": 500, "number": request_ids.of(request)})


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    """The page of an address that leads nowhere, with DEBUG too; other errors keep Django's page for developers."""
    return defaults.page_not_found(request, exception)


def _page(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """Asks nobody who is signed in: the database may be what broke."""
    page = loader.get_template(template).render(context | {"request": request})
    return HttpResponse(page, status=int(str(context["code"])))
