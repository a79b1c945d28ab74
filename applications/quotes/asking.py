"""Makes the caller of a provider from the settings."""

from django.conf import settings

from applications.quotes.providers.calling import Caller
from applications.quotes.providers.stooq import STOOQ
from applications.quotes.providers.yahoo import YAHOO
from common import guarded
from streams.sources.base import SourceError

PROVIDERS = {provider.name: provider for provider in (STOOQ, YAHOO)}


def caller_of(name: str) -> Caller:
    """Returns the caller of the provider of that name. Raises SourceError for a rate that is none."""
    if not settings.QUOTES_RATE > 0:
        raise SourceError(f"QUOTES_RATE is {settings.QUOTES_RATE}; it must be above 0.")
    bases = {STOOQ.name: settings.STOOQ_URL, YAHOO.name: settings.YAHOO_URL}
    allow = guarded.allowed(settings.ALLOWED_TARGETS)
    return Caller(PROVIDERS[name], bases[name], rate=settings.QUOTES_RATE, allow=allow)
