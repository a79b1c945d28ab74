"""The names under which changes are announced: a commit bumps a topic's version, the live hub watches it."""

TRADES = "trades"
ORDERS = "orders"
