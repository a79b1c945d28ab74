"""Tests the decoding of events: each record that holds no event is refused with its reason."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.market import processor as market_processor
from applications.orders import processor as orders_processor
from streams.core.records import Batch

TRADE = {"tickerSymbol": "AMZN", "tradeType": "BUY", "price": 10, "quantity": 6}
ORDER = {"site": "paris", "InvoiceNo": "1", "StockCode": "1", "Quantity": 1, "InvoiceDate": "x", "UnitPrice": 1}


def decoded(*datas: bytes, key: str = "AMZN") -> tuple[list[market_processor.Trade], list[str]]:
    """The events of a batch of trades, and the errors of the refused."""
    _, events, dead = market_processor.decode(Batch(0, range(len(datas)), [key] * len(datas), list(datas)))
    return events, [record.error for record in dead]


def with_quantity(text: bytes) -> bytes:
    return msgspec.json.encode(TRADE).replace(b'"quantity":6', b'"quantity":' + text)


@pytest.mark.parametrize("text", [b"6", b"6.0", b"0.6e1", b"6.000"])
def test_whole_number_is_accepted_in_every_notation(text: bytes) -> None:
    events, errors = decoded(with_quantity(text), with_quantity(b"6"))
    assert ([event.quantity for event in events], errors) == ([6, 6], [])


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b"6.5", "quantity is 6.5; it must be a whole number."),
        (b"1e300", "quantity is 1e+300; it must be a whole number."),
        (b"0.0", "Expected `int` >= 1 - at `$.quantity`"),
        (b'"6.0"', "Expected `int`, got `str` - at `$.quantity`"),
        (b'6.0,"price":"x"', "Expected `float`, got `str` - at `$.price`"),
    ],
)
def test_other_number_is_refused_with_a_reason(text: bytes, error: str) -> None:
    assert decoded(with_quantity(text)) == ([], [error])


@given(st.binary(max_size=60) | st.binary(max_size=20).map(lambda name: with_quantity(b'6,"x":"' + name + b'"')))
def test_any_bytes_are_an_event_or_a_reason(data: bytes) -> None:
    good = msgspec.json.encode(TRADE)
    events, errors = decoded(good, data, good)
    assert (len(events) + len(errors), all(error and error.isprintable() for error in errors)) == (3, True)
    assert len(events) >= 2


def test_text_of_another_encoding_is_refused_by_decode() -> None:
    good, latin = msgspec.json.encode(ORDER), msgspec.json.encode(ORDER | {"Description": "CAF."})
    found = {}
    for name, bad in {"latin": latin.replace(b"CAF.", b"CAF\xe9"), "other": latin.replace(b'"CAF."', b"1")}.items():
        batch = Batch(0, range(11_000), ["paris"] * 11_000, ([good] * 10 + [bad]) * 1000)
        _, events, dead = orders_processor.decode(batch)
        found[name] = (len(events), len(dead))
    assert found == {"latin": (10_000, 1000), "other": (10_000, 1000)}
