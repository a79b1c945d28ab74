"""Where each address leads. Here, too, the dashboard is handed what it may not reach for itself."""

from django.urls import URLPattern, URLResolver, include, path

from dashboard import inspector
from streams import wiring

handler400, handler500 = "login.errors.bad_request", "login.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("accounts.urls")),
    path("streams/<str:name>/records/", inspector.view(wiring.inspect_stream), name="records"),
    path("", include("dashboard.urls")),
]
