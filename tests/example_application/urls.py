"""The address of the page, and the page."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from dashboard.page_state import live_page
from tests.example_application.models import NAME


@require_safe
def readings(request: HttpRequest) -> HttpResponse:
    return live_page(request, NAME, "readings", "readings/readings.html", "devices")


urlpatterns = [path("readings/", readings, name="readings")]
