"""Addresses of the pages and downloads, and those of the applications."""

from django.urls import URLPattern, URLResolver, include, path

from dashboard import navigation, search
from dashboard.live import polling
from streams import applications

urlpatterns: list[URLPattern | URLResolver] = [
    path("", navigation.home, name="home"),
    path("live/", polling.topic_by_name, name="live-by-name"),
    path("live/<str:name>.json", polling.topic, name="live"),
    path("search/", search.search, name="search"),
    path("search.json", search.suggestions, name="search-json"),
    path("", include("dashboard.boards.urls")),
    path("", include("dashboard.operators.urls")),
]
urlpatterns += [path("", include(each.urls)) for each in applications.shown() if each.urls]
