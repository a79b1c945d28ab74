import pytest

from accounts import client


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("", None),
        ("unix:", None),
    ],
)
def test_client_address_is_accepted_by_every_database(text: str, address: str | None) -> None:
    assert client.address(text) == address


def test_device_name_is_truncated_and_has_no_control_characters() -> None:
    assert client.device("curl/8\r\n\x00\x1b[31m\x9b\u202e") == "curl/8[31m"
    assert client.device("x" * 500) == "x" * 200
