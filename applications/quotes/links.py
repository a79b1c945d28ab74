"""Makes the addresses of the pages of quotes."""

from dashboard.links import asking


def to_list(query: str = "") -> str:
    """Returns the address of the list of tickers, or of those that a text finds."""
    return asking("quotes", **({"q": query} if query else {}))


def to_quote(ticker: str) -> str:
    """Returns the address of a ticker's page. Tickers have only characters that a path may hold."""
    return asking("quote", ticker)
