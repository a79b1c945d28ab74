"""Addresses of the pages and downloads."""

from django.urls import path

from dashboard import live, orders_views, streams_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("live/", live.topic_by_name, name="live-by-name"),
    path("live/<str:name>.json", live.topic, name="live"),
    path("market/", views.market, name="market"),
    path("market/search", views.search, name="market-search"),
    path("market/ticker", views.ticker_by_name, name="ticker-by-name"),
    path("market/minutes.csv", views.market_csv, name="market-csv"),
    path("market/<str:symbol>/", views.ticker, name="ticker"),
    path("orders/", orders_views.orders, name="orders"),
    path("orders/alarms.csv", orders_views.alarms_csv, name="alarms-csv"),
    path("orders/alarms/", orders_views.alarms, name="alarms"),
    path("orders/alarms/<int:number>/", orders_views.alarm, name="alarm"),
    path("orders/threshold/", orders_views.threshold, name="threshold"),
    path("orders/remove/", orders_views.remove, name="site-remove"),
    path("streams/dead-letters/", streams_views.letters, name="dead-letters"),
    path("streams/dead-letters/<int:number>/", streams_views.letter, name="dead-letter"),
    path("streams/dead-letters/<int:number>/bytes", streams_views.letter_bytes, name="dead-letter-bytes"),
    path("streams/dead-letters/<int:number>/<str:verb>/", streams_views.change, name="dead-letter-change"),
    path("streams/dead-letters/all/<str:verb>/<str:application>/", streams_views.change_all, name="dead-letters-all"),
]
