"""Maps the addresses of probes."""

from django.urls import path

from applications.probes import edit_views, public, views

urlpatterns = [
    path("probes/", views.probes, name="probes"),
    path("probes/down.csv", views.down_csv, name="probes-down-csv"),
    path("probes/new/", edit_views.new, name="probe-new"),
    path("probes/edit/<int:number>/", edit_views.edit, name="probe-edit"),
    path("status/", public.status, name="probes-status"),
]
