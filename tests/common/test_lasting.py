"""A row that ends by a stamp has ended too when its stamp is further ahead than any grant goes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from common.lasting import has_ended, lasting, over
from streams.models import LEASE, Member

pytestmark = pytest.mark.django_db
NOW, SECOND = timezone.now(), timedelta(seconds=1)
ENDED = {"passed": -SECOND, "now": 0 * SECOND}
ROWS = ENDED | {"granted": LEASE, "set back a little": LEASE + 5 * SECOND}
WRONG = {"set back": LEASE + 6 * SECOND, "set back by years": timedelta(days=2000)}


def test_row_lasts_until_its_stamp_and_no_longer_than_a_grant() -> None:
    for name, ahead in (ROWS | WRONG).items():
        Member.objects.create(application="trades", stream="trades", owner=name, expires=NOW + ahead)
    found = [
        set(Member.objects.filter(asked("expires", LEASE, NOW)).values_list("owner", flat=True))
        for asked in (lasting, over)
    ]
    assert found == [ROWS.keys() - ENDED.keys(), WRONG.keys() | ENDED.keys()]
    ended = {name for name, ahead in (ROWS | WRONG).items() if has_ended(NOW + ahead, LEASE, NOW)}
    assert ended == found[1]
