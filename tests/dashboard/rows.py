"""Makes rows of results and leases as workers write them."""

from datetime import UTC, datetime, timedelta

from applications.market.models import Ticker, TradeMinute
from applications.orders.models import AlarmEpisode, Site, SiteCount
from streams.core.names import folded
from streams.models import Lease

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(minutes: float = 0, seconds: float = 0) -> datetime:
    return NOON + timedelta(minutes=minutes, seconds=seconds)


def lease(application: str, watermark: datetime | None, newest: datetime | None = None, **rest: str) -> Lease:
    return Lease.objects.create(
        application=application,
        stream=rest.get("stream", application),
        shard=rest.get("shard", "s0"),
        checkpoint=rest.get("checkpoint", "latest"),
        watermark=watermark,
        newest=newest,
    )


def trades(
    minute: datetime, ticker: str, side: str, count: int, last_sequence: int = 1, stream: str = "trades", **rest: float
) -> TradeMinute:
    """`count` trades of 100 shares each, 10.00 a share unless `rest` says otherwise."""
    Ticker.objects.get_or_create(stream=stream, name=ticker, defaults={"folded": folded(ticker)})
    values = {"low": 10.0, "high": 10.0, "first": 10.0, "last": 10.0, "largest": 100} | rest
    return TradeMinute.objects.create(
        stream=stream,
        minute=minute,
        ticker=ticker,
        side=side,
        trades=count,
        shares=100 * count,
        cents=100_000 * count,
        last_sequence=f"{last_sequence:020d}",
        **values,
    )


def site(name: str, lines: int = 0, threshold: int = 30, stream: str = "orders") -> Site:
    SiteCount.objects.create(stream=stream, site=name, lines=lines, as_of=NOON, newest=NOON)
    return Site.objects.create(name=name, threshold=threshold)


def alarm(name: str, started: datetime, ended: datetime | None, stream: str = "orders") -> AlarmEpisode:
    return AlarmEpisode.objects.create(
        stream=stream,
        site=name,
        started=started,
        ended=ended,
        sequence=started.isoformat(),
        threshold=30,
        peak=41,
        lines=60,
        notifications=1,
        suppressed=59,
    )
