"""Addresses of the pages and downloads."""

from django.urls import path

from dashboard import live, views

urlpatterns = [
    path("", views.home, name="home"),
    path("live/<str:name>.json", live.topic, name="live"),
    path("market/", views.market, name="market"),
    path("market/search", views.search, name="market-search"),
    path("market/minutes.csv", views.market_csv, name="market-csv"),
    path("market/<str:symbol>/", views.ticker, name="ticker"),
    path("orders/", views.orders, name="orders"),
    path("orders/alarms.csv", views.alarms_csv, name="alarms-csv"),
    path("orders/threshold/", views.threshold, name="threshold"),
]
