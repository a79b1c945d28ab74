"""The application `audit`: minutes of trades, as `trades` has them, with a note of each record."""

from applications.market import processor as market_processor
from applications.market import report
from applications.market.models import TradeMinute
from streams.applications import Application, SourceKind
from streams.core.sink import Rows
from tests.audit_app import acks, steps

NAME = "audit"

APPLICATION = Application(
    name=NAME,
    title="Audit",
    decode=market_processor.decode,
    build=steps.NotingProcessor,
    sink=Rows(steps.write),
    inherit=market_processor.inherit,
    set_back=market_processor.set_back,
    source=SourceKind(name=NAME, help="trades with ids that no other producer uses", open=acks.open_source),
    report=lambda minutes, stream: report.trades(minutes, stream or NAME),
    results=[(TradeMinute, "minute")],
)
