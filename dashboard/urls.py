"""Addresses of the pages and downloads, and those of the applications."""

from django.urls import URLPattern, URLResolver, include, path

from dashboard import navigation
from dashboard.live import polling
from dashboard.operators import streams_views
from streams import applications

urlpatterns: list[URLPattern | URLResolver] = [
    path("", navigation.home, name="home"),
    path("live/", polling.topic_by_name, name="live-by-name"),
    path("live/<str:name>.json", polling.topic, name="live"),
    path("streams/dead-letters/", streams_views.letters, name="dead-letters"),
    path("streams/dead-letters/<int:number>/", streams_views.letter, name="dead-letter"),
    path("streams/dead-letters/<int:number>/bytes", streams_views.letter_bytes, name="dead-letter-bytes"),
    path("streams/dead-letters/<int:number>/<str:verb>/", streams_views.change, name="dead-letter-change"),
    path("streams/dead-letters/all/<str:verb>/<str:application>/", streams_views.change_all, name="dead-letters-all"),
]
urlpatterns += [path("", include(each.urls)) for each in applications.registered() if each.urls]
