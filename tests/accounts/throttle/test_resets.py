from itertools import count

from accounts import throttle
from accounts.models import User
from tests.accounts.throttle.guessing import RIGHT, START, Deployment, addresses, request


def sends(name: str, address: str, now: float = START) -> bool:
    return throttle.may_send_reset(request(address), name, lambda: now)


def test_account_is_sent_at_most_five_reset_mails_an_hour(ada: User) -> None:
    assert [sends("ada", address) for address in addresses(8)] == [True] * 5 + [False] * 3
    assert [sends("ada", "192.0.2.7", START + later) for later in (3599, 3600)] == [False, True]


def test_address_asks_for_at_most_twenty_reset_mails_in_ten_minutes(db: None) -> None:
    assert sum(sends(f"user{number}", "192.0.2.1") for number in range(40)) == 20
    assert [sends("bob", "192.0.2.1", START + later) for later in (599, 600)] == [False, True]


def test_reset_mails_do_not_throttle_sign_in(ada: User) -> None:
    for number in count():
        if not sends(f"user{number}", "192.0.2.1"):
            break
    assert Deployment(ada).signs_in(RIGHT, "192.0.2.1")
