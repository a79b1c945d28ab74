"""Maps the addresses of orders and their alarms."""

from django.urls import path

from applications.orders import alarm_views, line_views, views

urlpatterns = [
    path("orders/", views.orders, name="orders"),
    path("orders/alarms.csv", alarm_views.alarms_csv, name="alarms-csv"),
    path("orders/counts.csv", views.counts_csv, name="orders-counts-csv"),
    path("orders/counts.json", views.counts_json, name="orders-counts-json"),
    path("orders/alarms.json", alarm_views.alarms_json, name="alarms-json"),
    path("orders/alarms/", alarm_views.alarms, name="alarms"),
    path("orders/alarms/<int:number>/", alarm_views.alarm, name="alarm"),
    path("orders/lines/", line_views.order_lines, name="order-lines"),
    path("orders/lines.csv", line_views.order_lines_csv, name="order-lines-csv"),
    path("orders/threshold/", views.threshold, name="threshold"),
    path("orders/remove/", views.remove, name="site-remove"),
]
