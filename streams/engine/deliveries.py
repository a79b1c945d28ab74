"""Joins the deliveries of an application that has more than one."""

from streams.declarations import Delivery


class Deliveries:
    """Makes one delivery of several, each of which has its turn."""

    def __init__(self, *parts: Delivery) -> None:
        self._parts = parts

    def __call__(self) -> bool:
        """Lets each do a part; returns whether more waits for any of them."""
        more = [part() for part in self._parts]
        return any(more)

    def close(self) -> None:
        """Closes each."""
        for part in self._parts:
            part.close()
