import pytest
from django.test import Client

from accounts.models import User


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    """Signed in as an administrator, without the seconds that hashing a password takes."""
    client.force_login(User.objects.create_user("staff", is_staff=True, is_superuser=True))
    return client
