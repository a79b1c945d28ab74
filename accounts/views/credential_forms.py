"""The forms that make an API token or an access key."""

from collections.abc import Set as AbstractSet
from typing import Any

from django import forms
from django.http import QueryDict

from accounts import access, credentials

DAYS = [
    (30, "30 days"),
    (credentials.DAYS, f"{credentials.DAYS} days"),
    (180, "180 days"),
    (credentials.MOST_DAYS, "1 year"),
]
LONGEST = 3_000  # characters of the field of streams: MOST_STREAMS names


class StreamsField(forms.CharField):
    """Takes names of streams as text. Its value is a list, empty for all streams."""

    def clean(self, value: Any) -> Any:
        try:
            return access.limit_of(super().clean(value))
        except access.StreamsError as error:
            raise forms.ValidationError(str(error)) from None


class CredentialForm(forms.Form):
    """Asks for the name, the permissions, the streams and the life of a credential."""

    label = forms.CharField(
        max_length=60,
        label="Name",
        help_text="Name the script that will use it; the list and the history show this name.",
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": "Give it a name, such as “nightly report”."},
    )
    scopes = forms.MultipleChoiceField(
        choices=list(access.SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        label="It may",
        error_messages={"required": "Tick at least one permission.", "invalid_choice": "There is no such permission."},
    )
    streams = StreamsField(
        required=False,
        max_length=LONGEST,
        label="In these streams",
        help_text="Separate names by spaces; “orders-*” is every stream whose name begins so. Empty: all streams.",
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    days = forms.TypedChoiceField(
        choices=DAYS,
        coerce=int,
        initial=credentials.DAYS,
        label="For",
        error_messages={"invalid_choice": "Choose how long it lasts: at most a year."},
    )

    def __init__(self, data: QueryDict | None = None, *, allowed: AbstractSet[str] = frozenset(access.SCOPES)) -> None:
        """`allowed`: the scopes that may be given; others are refused like unknown ones."""
        super().__init__(data)
        offered: Any = self.fields["scopes"]
        offered.choices = [choice for choice in offered.choices if choice[0] in allowed]


class KeyForm(CredentialForm):
    """Asks the same of an access key, which is for streams alone."""

    scopes = forms.MultipleChoiceField(
        choices=[(scope, access.SCOPES[scope]) for scope in access.OF_STREAMS],
        initial=[access.WRITE_STREAMS],
        widget=forms.CheckboxSelectMultiple,
        label="It may",
        error_messages={"required": "Tick at least one permission.", "invalid_choice": "There is no such permission."},
    )
