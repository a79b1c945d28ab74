"""Stores made-up daily bars: COUNT bars of the ticker LONG, and a year of SHORT."""

import json
import os
import sys

import django


def main(count: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
    django.setup()
    from tests.applications.quotes.bars import bars  # noqa: PLC0415 - models are loaded only now

    bars("LONG", count, name="A company of thirty years")
    bars("SHORT", 252, name="A company of one year")
    for seed in range(2, 6):
        bars(f"OTHER{seed}", count, seed=seed)
    print(json.dumps(count))


main(int(sys.argv[1]))
