"""Addresses under /accounts/. allauth's own are here by the names it looks for, only those that are wanted."""

from django.urls import path

from accounts.pages import history, people, sign_in, tokens

urlpatterns = [
    path("sign-in/", sign_in.SignInView.as_view(), name="sign-in"),
    path("sign-in/", sign_in.SignInView.as_view(), name="account_login"),
    path("sign-out/", sign_in.SignOutView.as_view(), name="sign-out"),
    path("sign-out/", sign_in.SignOutView.as_view(), name="account_logout"),
    path("success/", sign_in.success, name="success"),
    path("history/", history.index, name="history"),
    path("history/seen/", history.seen, name="history-seen"),
    path("tokens/", tokens.index, name="tokens"),
    path("tokens/new/", tokens.new, name="token-new"),
    path("tokens/<int:number>/revoke/", tokens.revoke, name="token-revoke"),
    path("people/", people.index, name="people"),
    path("people/<int:number>/", people.one, name="person"),
    path("people/<int:number>/<slug:verb>/", people.change, name="person-change"),
]
