"""Keeps pages of signed-in users out of every cache: proxies, and the disk of a shared computer."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin


class NoStoreMiddleware(MiddlewareMixin):
    """Sets Cache-Control: no-store on every answer to a signed-in user. Stands after AuthenticationMiddleware."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store"
        return response
