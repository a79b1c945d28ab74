"""Addresses under /accounts/. Of allauth's views only the wanted ones are here, under the names that allauth uses."""

from django.urls import path

from accounts.guards import discreet
from accounts.views import (
    confirm,
    factors,
    history,
    invitations,
    invite,
    people,
    resets,
    security,
    sessions,
    sign_in,
    tokens,
    two_factor,
)

urlpatterns = [
    path("sign-in/", sign_in.SignInView.as_view(), name="sign-in"),
    path("sign-in/", sign_in.SignInView.as_view(), name="account_login"),
    path("sign-in/passkey/", sign_in.PasskeySignInView.as_view(), name="mfa_login_webauthn"),
    path("two-factor/", two_factor.TwoFactorView.as_view(), name="mfa_authenticate"),
    path("confirm/", confirm.ConfirmView.as_view(), name="account_reauthenticate"),
    path("sign-out/", sign_in.SignOutView.as_view(), name="sign-out"),
    path("sign-out/", sign_in.SignOutView.as_view(), name="account_logout"),
    path("success/", sign_in.success, name="success"),
    path("invitation/<str:secret>/", invitations.accept, name="invitation"),
    path("password/change/", security.password, name="account_change_password"),
    path("password/reset/", resets.ask, name="account_reset_password"),
    path(
        "password/reset/<uidb64>/<token>/",
        discreet(resets.ResetView.as_view()),
        name="account_reset_password_from_key",
    ),
    path("security/", security.index, name="mfa_index"),
    path("factors/totp/", factors.AddTotpView.as_view(), name="mfa_activate_totp"),
    path("factors/totp/remove/", factors.RemoveTotpView.as_view(), name="mfa_deactivate_totp"),
    path("factors/passkeys/add/", factors.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path("factors/passkeys/<int:pk>/name/", factors.RenamePasskeyView.as_view(), name="mfa_edit_webauthn"),
    path("factors/passkeys/<int:pk>/remove/", factors.RemovePasskeyView.as_view(), name="mfa_remove_webauthn"),
    path("factors/recovery-codes/", factors.codes, name="recovery-codes"),
    path("sessions/", sessions.index, name="sessions"),
    path("sessions/end/", sessions.end_others, name="sessions-end"),
    path("sessions/<uuid:session>/end/", sessions.end, name="session-end"),
    path("history/", history.index, name="history"),
    path("history/seen/", history.seen, name="history-seen"),
    path("tokens/", tokens.index, name="tokens"),
    path("tokens/new/", tokens.new, name="token-new"),
    path("tokens/<int:number>/revoke/", tokens.revoke, name="token-revoke"),
    path("people/", people.index, name="people"),
    path("people/invite/", invite.new, name="invite"),
    path("people/invitations/<int:number>/withdraw/", invite.withdraw, name="invitation-withdraw"),
    path("people/<int:number>/", people.one, name="person"),
    path("people/<int:number>/<slug:verb>/", people.change, name="person-change"),
]
