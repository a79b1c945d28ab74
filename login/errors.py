"""Error pages that Django would render without the request, and so without the nonce of their scripts."""

from django.http import Http404, HttpRequest, HttpResponse
from django.template import loader
from django.views import defaults

from monitoring import request_ids


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answers an unknown host name or a tampered form; handler400."""
    context = {"code": 400, "says": "The server could not make sense of this request.", "do": "Check its address."}
    return _page(request, "refused.html", context)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answers an unhandled exception with a number to report; handler500."""
    return _page(request, "500.html", {"code": 500, "number": request_ids.of(request)})


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    """Answers an unknown address, with DEBUG too. Other errors keep Django's page for developers."""
    return defaults.page_not_found(request, exception)


def _page(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """Renders a page without looking up the signed-in user: the database may be the part that failed."""
    page = loader.get_template(template).render(context | {"request": request})
    return HttpResponse(page, status=int(str(context["code"])))
