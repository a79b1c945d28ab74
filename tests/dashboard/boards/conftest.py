"""People and boards."""

import pytest
from django.test import Client

from accounts.models import User
from dashboard.boards import store, topics
from dashboard.boards.models import Board


@pytest.fixture(autouse=True)
def forget() -> None:
    topics._held.clear()  # of rows that were rolled back


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def bob() -> User:
    return User.objects.create_user("bob")


@pytest.fixture
def shared(ada: User) -> Board:
    return store.make('title = "Ours"\n[[panels]]\nkind = "number"\ndata = "trades/minutes"\n', ada.pk)


@pytest.fixture
def private(ada: User) -> Board:
    return store.make('title = "Hers"\n[[panels]]\nkind = "number"\ndata = "trades/minutes"\n', ada.pk, Board.OWNER)


@pytest.fixture
def as_ada(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def as_bob(bob: User) -> Client:
    client = Client()
    client.force_login(bob)
    return client
