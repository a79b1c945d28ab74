"""STREAM_URL was switched: every page says in the same words that the kept figures are the other backend's."""

from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from dashboard.boards import store
from dashboard.operators.state import streams
from dashboard.progress import pulse
from dashboard.standing import elsewhere
from streams.models import Lease
from tests.dashboard.rows import lease

pytestmark = pytest.mark.django_db
TOLD = elsewhere("embedded:a", kinesis=True)


@pytest.fixture
def viewer(client: Client, settings: Settings) -> Client:
    settings.STREAM_URL = "kinesis://eu-west-1"
    ada = User.objects.create_user("ada")
    client.force_login(ada)
    for application in ("trades", "orders"):
        lease(application, watermark=timezone.now(), newest=timezone.now())
    Lease.objects.update(identity="embedded:a")
    store.make('title = "Ours"\n[[panels]]\nkind = "number"\ndata = "trades/minutes"\n', ada.pk)
    return client


@pytest.mark.parametrize("page", ["/market/", "/orders/", "/boards/ours/"])
def test_page_says_that_figures_are_of_the_other_backend(viewer: Client, page: str) -> None:
    shown = viewer.get(page).content.decode()
    assert (shown.count('data-look="stale"'), TOLD in unescape(shown.split('id="snapshots"')[0])) == (1, True)


def test_pulse_says_it_in_the_words_of_the_streams_page(viewer: Client) -> None:
    told = {"trades": {"trades": TOLD}, "orders": {"orders": TOLD}}
    assert pulse(timezone.now())["elsewhere"] == told
    found = streams(timezone.now(), lambda *_: ({}, ""))["streams"]
    assert {each["lag_note"] for each in found} == {TOLD}
