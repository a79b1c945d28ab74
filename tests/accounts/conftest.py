"""A user, signed in or not, with bcrypt made fast where hashing is not the point."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.passwords.hashers import KeyedBCryptHasher, UnkeyedBCryptHasher

PASSWORD = "a passphrase of five words"


@pytest.fixture
def fast_bcrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    for hasher in (KeyedBCryptHasher, UnkeyedBCryptHasher):
        monkeypatch.setattr(hasher, "rounds", 4)


@pytest.fixture
def ada(db: None, fast_bcrypt: None) -> User:
    return User.objects.create_user("ada", password=PASSWORD)


@pytest.fixture
def signed_in(client: Client, ada: User) -> Client:
    """Ada's browser."""
    client.force_login(ada)
    return client
