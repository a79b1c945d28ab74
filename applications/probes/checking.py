"""Checks one address: looks its name up, connects, and asks, and takes the time of each part."""

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import closing

from applications.probes.results import MOST_ERROR, Check
from applications.probes.targets import Target
from common import guarded
from common.guarded import Allowed, Lookup, RefusedError
from common.guarded_http import Answer, BadAnswerError, Connection
from common.text import clause, storable

HEADERS = {"User-Agent": "Millrace-probe", "Accept": "*/*", "Connection": "close"}
SHORTEST = 0.001  # seconds that are left for the answer


def check(
    target: Target,
    place: str,
    allow: Allowed,
    *,
    trust: ssl.SSLContext | None = None,
    lookup: Lookup | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Check:
    """Returns the outcome of one check; it takes the target's time-out at most. Raises nothing."""
    began = monotonic()
    found = Check(target.name, place, ok=False)
    try:
        with closing(Connection(guarded.place(target.address), allow, trust, lookup, clock=monotonic)) as connection:
            opened = connection.open(seconds=target.timeout)
            found.expires = _end_of_certificate(opened)
            left = max(SHORTEST, target.timeout - (monotonic() - began))
            answer = connection.request("GET", HEADERS, seconds=left)
            phases = connection.phases
            found.lookup, found.connect, found.tls = map(_milliseconds, (phases.lookup, phases.connect, phases.tls))
            found.first_byte, found.status = _milliseconds(answer.first_byte), answer.status
            found.error = _wrong(target, answer)
            found.ok = not found.error
    except (OSError, ValueError) as error:
        found.error = storable(_sentence(error, target), MOST_ERROR)
    found.total = _milliseconds(monotonic() - began)
    return found


def _wrong(target: Target, answer: Answer) -> str:
    """Returns why an answer is not the expected one; "" if it is."""
    if not target.expects(answer.status):
        return f"It answers the status {answer.status}, not {target.status}."
    if target.text and target.text.encode() not in answer.body:
        return "Its answer does not hold the expected text."
    return ""


def _sentence(error: OSError | ValueError, target: Target) -> str:
    """Returns why there was no answer."""
    if isinstance(error, RefusedError):
        return str(error)
    if isinstance(error, TimeoutError):
        return f"It took longer than {target.timeout} s."
    if isinstance(error, socket.gaierror):
        return "Its name cannot be looked up."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Its certificate is not valid: {clause(error.verify_message)}."
    if isinstance(error, BadAnswerError):
        return f"It does not answer in HTTP: {clause(error)}."
    if isinstance(error, ssl.SSLError):
        return "It does not speak TLS."
    if isinstance(error, ConnectionRefusedError):
        return "It refuses connections."
    return (
        f"It cannot be reached: {clause(error.strerror if isinstance(error, OSError) and error.strerror else error)}."
    )


def _end_of_certificate(opened: ssl.SSLSocket | socket.socket) -> int:
    """Returns the end of the certificate's time, in milliseconds since 1970; 0 without one."""
    certificate = opened.getpeercert() if isinstance(opened, ssl.SSLSocket) else None
    ends = certificate.get("notAfter") if certificate else None
    return int(ssl.cert_time_to_seconds(str(ends))) * 1000 if ends else 0


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
