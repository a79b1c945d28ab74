"""The first part of each address: accounts, reports of browsers, and everything else, which is the dashboard's."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views import debug

from accounts.views import sessions
from ingest.http import views as records
from login import errors, reports

handler400, handler500 = "login.errors.bad_request", "login.errors.server_error"
if settings.DEBUG:
    debug.technical_404_response = errors.not_found  # Django's own lists every address, and ends there

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("accounts.urls")),
    path("session/used/", sessions.used, name="session-used"),  # not below accounts/, the pool for passwords
    path(reports.PATH.removeprefix("/"), reports.csp, name="csp-reports"),
    path("streams/<str:name>/records", records.put, name="put-records"),
    path("", include("dashboard.urls")),
]
