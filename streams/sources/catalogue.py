"""What can be produced, by name."""

from pathlib import Path
from random import Random

from streams.sources.base import Source, SourceError
from streams.sources.orders import FILE_SITE, SITES, MadeUpOrders, Replay
from streams.sources.tables import Form
from streams.sources.trades import Trades

NAMES = ("trades", "orders")


def open_source(
    name: str,
    rng: Random,
    start: int,
    path: Path | None = None,
    site: str | None = None,
    form: Form = Form(),  # noqa: B008 - it cannot change
) -> Source:
    """The source of that name: made up, or from the file at `path`. `start`: when made-up orders begin, in ms.

    `form` says how the file is written, as far as it does not say so itself.

    Raises SourceError when the source has no use for what it is given.
    """
    if not path and form != Form():
        raise SourceError("--dates and --encoding are about a file: name one with --file.")
    if name == "orders":
        if path:
            return Replay(path, site or FILE_SITE, form)
        return MadeUpOrders(rng, start, (site,) if site else SITES)
    for option, value in (("--file", path), ("--site", site)):
        if value is not None:
            raise SourceError(f"{option} is for orders; {name} are always made up.")
    return Trades(rng)
