"""Maps the addresses of orders and their alarms."""

from django.urls import path

from applications.orders import views as orders_views

urlpatterns = [
    path("orders/", orders_views.orders, name="orders"),
    path("orders/alarms.csv", orders_views.alarms_csv, name="alarms-csv"),
    path("orders/alarms/", orders_views.alarms, name="alarms"),
    path("orders/alarms/<int:number>/", orders_views.alarm, name="alarm"),
    path("orders/threshold/", orders_views.threshold, name="threshold"),
    path("orders/remove/", orders_views.remove, name="site-remove"),
]
