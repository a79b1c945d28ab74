"""Checks of real addresses on this machine, the guard, and the producer's source."""

import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from applications.probes.checking import check
from applications.probes.results import Check
from applications.probes.source import Checks
from applications.probes.targets import Target, fault, read_file
from common.guarded import NONE, allowed
from streams.sources.base import SourceError
from tests.waiting import wait_for

LOOPBACK = allowed(["127.0.0.0/8"])
ENDS = datetime(2030, 1, 1, tzinfo=UTC)


class Shop(BaseHTTPRequestHandler):
    """Answers /bad with 500, /slow after the test, and all else with a page."""

    waits = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/slow":
            self.waits.wait(20)
        body = b"Your Basket"
        self.send_response(500 if self.path == "/bad" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    yield from served(ThreadingHTTPServer(("127.0.0.1", 0), Shop), "http")


def served(server: ThreadingHTTPServer, scheme: str) -> Iterator[str]:
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"{scheme}://127.0.0.1:{server.server_port}"
    Shop.waits.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate of 127.0.0.1 with its key in a file, and a context that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop")])
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(ENDS - timedelta(days=3650)).not_valid_after(ENDS)
    certificate = made.add_extension(alternative, critical=False).sign(key, hashes.SHA256())
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "shop.pem"
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    path.write_bytes(key.private_bytes(*form) + pem)
    return path, ssl.create_default_context(cadata=pem.decode())


@pytest.fixture(scope="module")
def secure_shop(trust: tuple[Path, ssl.SSLContext]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trust[0])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    yield from served(server, "https")


def checked(address: str, **rest: object) -> Check:
    return check(Target("shop", address, timeout=1, **rest), "here", LOOPBACK)  # type: ignore[arg-type]


def test_answer_that_is_as_expected_passes_with_the_times_of_its_parts(shop: str) -> None:
    found = checked(shop, text="Basket")
    assert (found.ok, found.status, found.error, found.place, found.expires) == (True, 200, "", "here", 0)
    assert 0 < found.connect < found.total < 1000
    assert 0 < found.first_byte < found.total


def test_wrong_status_text_and_time_fail_with_a_sentence(shop: str) -> None:
    assert checked(shop + "/bad").error == "It answers the status 500, not 200-299."
    assert checked(shop + "/bad", status="200,500-599").ok
    assert checked(shop, text="basket").error == "Its answer does not hold the expected text."
    assert checked(shop + "/slow").error == "It took longer than 1 s."


def test_certificate_is_checked_and_its_end_is_known(secure_shop: str, trust: tuple[Path, ssl.SSLContext]) -> None:
    target = Target("shop", secure_shop, timeout=5)
    found = check(target, "here", LOOPBACK, trust=trust[1])
    assert (found.ok, found.expires, found.tls > 0) == (True, int(ENDS.timestamp()) * 1000, True)
    assert check(target, "here", LOOPBACK).error.startswith("Its certificate is not valid: self-signed")


def test_addresses_that_do_not_answer_fail_with_a_sentence(shop: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    assert checked(f"http://127.0.0.1:{closed}").error == "It refuses connections."
    assert checked(shop.replace("http", "https")).error == "It does not speak TLS."
    assert (
        check(Target("x", "http://x.invalid/"), "here", NONE, lookup=unknown).error == "Its name cannot be looked up."
    )


def unknown(host: str, port: int, seconds: float) -> list[str]:
    raise socket.gaierror(-2, "Name or service not known")


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "100.64.0.1"])
def test_private_addresses_are_refused_unless_they_are_allowed(address: str) -> None:
    found = check(Target("x", f"http://{address}/"), "here", NONE)
    assert (found.ok, "may not be called" in found.error, found.connect) == (False, True, 0.0)


def test_name_that_leads_to_a_private_address_is_refused() -> None:
    found = check(Target("x", "http://shop.example/"), "here", NONE, lookup=lambda *_: ["10.0.0.9"])
    assert "10.0.0.9 is not an address of the public internet" in found.error


def test_file_is_read_and_its_faults_are_told(tmp_path: Path) -> None:
    path = tmp_path / "probes.toml"
    path.write_text('[[probe]]\nname = "shop"\naddress = "https://shop.example/"\ninterval = 30\n')
    assert read_file(path) == [Target("shop", "https://shop.example/", interval=30)]
    for wrong, reason in (
        ('[[probe]]\nname = "a"\naddress = "ftp://a/"\n', "must begin with https:// or http://"),
        ('[[probe]]\nname = "a"\naddress = "http://a/"\nstatus = "20"\n', "Give the status as numbers"),
        ('[[probe]]\nname = "a"\naddress = "http://a/"\ninterval = 1\n', "interval"),
        ('[[probe]]\nname = "a"\naddress = "http://a/"\n' * 2, "two probes with the name 'a'"),
        ("[[site]]\n", "cannot be read"),
        ("probe =", "cannot be read"),
    ):
        path.write_text(wrong)
        with pytest.raises(SourceError, match=reason):
            read_file(path)
    with pytest.raises(SourceError, match="There is no file"):
        read_file(tmp_path / "none.toml")


def test_address_with_a_password_is_no_target() -> None:
    assert "user name or a password" in fault(Target("a", "http://ada:secret@shop.example/"))


def source(targets: list[Target], now: list[float], *, once: bool = False, **rest: float) -> Checks:
    def run(target: Target) -> Check:
        return Check(target.name, "here", ok=True)

    return Checks(lambda: targets, run, Random(1), "here", once=once, monotonic=lambda: now[0], **rest)


def taken(checks: Checks, count: int) -> list[str]:
    """Takes until so many checks are done."""
    found: list[str] = []

    def enough() -> bool:
        found.extend(json.loads(data)["probe"] for _, data in checks.take(100))
        return len(found) >= count

    wait_for(enough)
    return sorted(found)


def test_source_checks_each_target_at_its_interval_and_leaves_out_late_checks() -> None:
    now = [0.0]
    checks = source([Target("a", "http://a/", interval=10), Target("b", "http://b/", interval=60)], now)
    assert len(checks.take(100)) <= 2  # first checks are spread over five seconds
    now[0] = 5.0
    assert taken(checks, 2) == ["a", "b"]
    now[0] = 36.0
    assert taken(checks, 1) == ["a"]
    assert (checks.take(100), checks.ended()) == ([], False)


def test_source_that_checks_once_ends() -> None:
    checks = source([Target("a", "http://a/")], [0.0], once=True)
    assert taken(checks, 1) == ["a"]
    assert checks.ended()


def test_source_follows_changes_of_its_list_and_keeps_it_while_it_cannot_be_read() -> None:
    now, targets = [0.0], [Target("a", "http://a/")]
    checks = source(targets, now)
    checks.take(1)
    targets.append(Target("b", "http://b/"))
    now[0] = 15.0
    assert taken(checks, 1) == ["a"]
    now[0] = 21.0
    assert taken(checks, 1) == ["b"]
    empty = source([], now)
    assert (empty.take(1), empty.ended()) == ([], False)
    assert empty.notes() == ["There is no probe: make one on the page /probes/, or name a file with --file."]


def test_check_that_fails_by_itself_is_a_failed_check() -> None:
    def run(target: Target) -> Check:
        raise ArithmeticError

    checks = Checks(lambda: [Target("a", "http://a/")], run, Random(1), "here", once=True, monotonic=lambda: 0.0)
    [(_, data)] = wait_entries(checks)
    assert json.loads(data)["error"] == "The check itself failed."


def wait_entries(checks: Checks) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []

    def came() -> bool:
        found.extend(checks.take(1))
        return bool(found)

    wait_for(came)
    return found
