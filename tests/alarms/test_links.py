"""The link by which a receiver acknowledges."""

from alarms import links


def test_link_is_signed_as_django_signs() -> None:
    token = links.acknowledge("ab12", 7).rpartition("/acknowledge/")[2].rstrip("/")
    assert token == links._signer().sign("ab12.7")
    assert links.opened(token) == ("ab12", 7)
