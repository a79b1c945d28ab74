"""Addresses under /accounts/."""

from django.urls import path

from accounts import views
from accounts.pages import history

urlpatterns = [
    path("sign-in/", views.SignInView.as_view(), name="sign-in"),
    path("sign-out/", views.SignOutView.as_view(), name="sign-out"),
    path("success/", views.success, name="success"),
    path("history/", history.index, name="history"),
    path("history/seen/", history.seen, name="history-seen"),
]
