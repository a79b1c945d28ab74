"""Makes the addresses of the market pages about names from records."""

from applications.market.models import TRADES
from dashboard.links import asking, is_plain, stream_parameters


def to_ticker(symbol: str, stream: str = TRADES) -> str:
    """Returns the address of a ticker's page, on a stream."""
    query = stream_parameters(TRADES, stream)
    if is_plain(symbol):
        return asking("ticker", symbol, **query)
    return asking("ticker-by-name", **query, name=symbol)
