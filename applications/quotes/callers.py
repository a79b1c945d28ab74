"""Makes the caller of a provider from the settings."""

from django.conf import settings

from applications.quotes.providers.calling import Caller
from applications.quotes.providers.stooq import STOOQ
from applications.quotes.providers.yahoo import YAHOO
from common import guarded

PROVIDERS = {provider.name: provider for provider in (STOOQ, YAHOO)}
RATE = 1.0  # requests a second to one provider


def caller_of(name: str) -> Caller:
    """Returns the caller of the provider of that name."""
    bases = {STOOQ.name: settings.STOOQ_URL, YAHOO.name: settings.YAHOO_URL}
    return Caller(PROVIDERS[name], bases[name], rate=RATE, allow=guarded.allowed(settings.ALLOWED_TARGETS))
