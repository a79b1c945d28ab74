"""Sign-ins that fail, in turn for each reason, COUNT of each: → {reason: [[milliseconds, of them on a core]]}."""

import json
import os
import sys
from time import perf_counter, thread_time

import django
from django.test import Client

ADDRESSES = (f"198.18.{number // 250}.{number % 250 + 1}" for number in range(65_000))  # a new one for every try


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "login.settings")
    django.setup()
    count = int(sys.argv[1])
    people(count)
    for _ in range(10):
        milliseconds("held")
    found: dict[str, list[tuple[float, float]]] = {"wrong": [], "unknown": [], "inactive": [], "throttled": []}
    for number in range(count):
        for reason, taken in found.items():
            taken.append(milliseconds("held" if reason == "throttled" else f"{reason}{number}"))
    print(json.dumps(found))


def people(count: int) -> None:
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415 - after django.setup()

    from accounts.models import User  # noqa: PLC0415

    password = make_password("a passphrase of five words")
    User.objects.create(username="held", password=password)
    for number in range(count):
        User.objects.create(username=f"wrong{number}", password=password)
        User.objects.create(username=f"inactive{number}", password=password, is_active=False)


def milliseconds(name: str) -> tuple[float, float]:
    client = Client(REMOTE_ADDR=next(ADDRESSES), SERVER_NAME="localhost")
    began, busy = perf_counter(), thread_time()
    answer = client.post("/accounts/sign-in/", {"username": name, "password": "not that one"})
    taken, busy = perf_counter() - began, thread_time() - busy
    assert answer.status_code == 200
    return taken * 1000, busy * 1000


main()
