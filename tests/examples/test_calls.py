"""Runs the examples that answer calls: webhooks, gRPC, SOAP and GraphQL. Their peers are the protocols' own clients."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.emulators import free_port
from tests.examples.conftest import Stream
from tests.examples.running import EXAMPLES, PACKAGES, first_line, start, stop

pytestmark = [pytest.mark.xdist_group("examples"), pytest.mark.needs(PACKAGES)]
Environment = dict[str, str]
Serve = Callable[..., int]
AWAY = {"MILLRACE_URL": "http://127.0.0.1:9"}  # the port of "discard", where nothing listens
WRONG = f"mlr_{'A' * 43}"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the specification's example


@pytest.fixture
def serve(stream: Stream, environment: Environment) -> Iterator[Serve]:
    """Starts an example that listens, and returns its port."""
    processes = []

    def begin(name: str, written: str, variables: Environment, *, reads: bool = False) -> int:
        port = free_port()
        places = {written: port} if reads else {"sensors": stream.name, written: port}
        processes.append(start(name, environment | variables, places))
        first_line(processes[-1])
        return port

    yield begin
    for process in processes:
        stop(process)


def send(port: int, body: str, at: datetime, secret: str = SECRET, name: str = "msg_1") -> int:
    """Signs as the package of Standard Webhooks does, and returns the status of the answer."""
    from standardwebhooks.webhooks import Webhook  # noqa: PLC0415 - among the packages of the examples

    signature = Webhook(secret).sign(name, at, body)
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": f"v1,bm8= {signature}",
    }
    try:
        with urlopen(Request(f"http://127.0.0.1:{port}/", body.encode(), headers), timeout=60) as answer:
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code


def test_webhook_in_stores_a_webhook_that_comes_twice_once(serve: Serve, stream: Stream) -> None:
    port = serve("integration/webhook_in.py", "8082", {"WEBHOOK_SECRET": SECRET})
    now = datetime.now(UTC)
    codes = [send(port, '{\n"type": "paid"}', now) for _ in range(2)]
    assert (codes, stream.records()) == ([204, 204], [{"type": "paid"}])


def test_webhook_in_refuses_wrong_signatures_and_old_requests(serve: Serve, stream: Stream) -> None:
    port = serve("integration/webhook_in.py", "8082", {"WEBHOOK_SECRET": SECRET})
    now = datetime.now(UTC)
    codes = [
        send(port, "{}", now, "whsec_" + "A" * 32),
        send(port, "{}", now - timedelta(seconds=310)),
        send(port, "{}", now + timedelta(seconds=310)),
        send(port, "no JSON", now),
        send(port, "[" + "1," * 140_000 + "1]", now),
    ]
    assert (codes, stream.records()) == ([401, 401, 401, 400, 413], [])


@pytest.mark.parametrize("fault", [AWAY, {"MILLRACE_TOKEN": WRONG}], ids=["away", "wrong-token"])
def test_webhook_in_lets_the_sender_try_again_while_millrace_takes_nothing(serve: Serve, fault: Environment) -> None:
    port = serve("integration/webhook_in.py", "8082", fault | {"WEBHOOK_SECRET": SECRET})
    assert send(port, "{}", datetime.now(UTC)) == 503


def call(port: int, record: bytes, name: str, token: str = "x") -> Any:
    """Calls by grpcio with the messages of records.proto. Returns the answer, or the status."""
    import grpc  # noqa: PLC0415 - among the packages of the examples

    messages, services = grpc.protos_and_services("integration/records.proto")
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = services.RecordsStub(channel)
        request = messages.PutRequest(record=record, id=name)
        try:
            return stub.Put(request, metadata=[("authorization", f"Bearer {token}")], timeout=60)
        except grpc.RpcError as error:
            return error.code().name


def test_grpc_in_stores_a_call_that_comes_twice_once(
    serve: Serve, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(EXAMPLES)
    port = serve("integration/grpc_in.py", "50051", {"GRPC_TOKEN": "x"})
    first, second = (call(port, b'{"n": 1}', "a") for _ in range(2))
    assert (first.sequence, stream.records()) == (second.sequence, [{"n": 1}])
    codes = [call(port, b"no JSON", "b"), call(port, b"{}", ""), call(port, b"{}", "c", "y")]
    assert codes == ["INVALID_ARGUMENT", "INVALID_ARGUMENT", "UNAUTHENTICATED"]


def test_soap_in_stores_a_call_that_comes_twice_once(serve: Serve, stream: Stream) -> None:
    from requests import Session  # noqa: PLC0415 - among the packages of the examples
    from zeep import Client, Transport  # noqa: PLC0415
    from zeep.exceptions import Fault  # noqa: PLC0415

    port = serve("integration/soap_in.py", "8083", {"SOAP_TOKEN": "x"})
    session = Session()
    session.headers["Authorization"] = "Bearer x"
    client = Client(f"http://127.0.0.1:{port}/?wsdl", transport=Transport(session=session))
    first, second = (client.service.Put(id="a", record='{"n": "<1>"}') for _ in range(2))
    assert (first, stream.records()) == (second, [{"n": "<1>"}])
    with pytest.raises(Fault, match="Expecting value"):
        client.service.Put(id="b", record="no JSON")
    session.headers["Authorization"] = "Bearer y"
    with pytest.raises(Fault, match="The token is wrong"):
        client.service.Put(id="b", record="{}")


@pytest.mark.parametrize("inside", ['<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>', "<unclosed>", "\0"])
def test_soap_in_answers_hostile_xml_with_a_fault(serve: Serve, inside: str) -> None:
    port = serve("integration/soap_in.py", "8083", {"SOAP_TOKEN": "x"})
    body = f"{inside}<a>&x;</a>".encode()
    request = Request(f"http://127.0.0.1:{port}/", body, {"Authorization": "Bearer x"})
    with pytest.raises(HTTPError) as refused:
        urlopen(request, timeout=60)
    with refused.value as answer:
        assert (answer.code, b"<faultcode>s:Client</faultcode>" in answer.read()) == (500, True)


def test_graphql_out_answers_what_millrace_shows(serve: Serve, environment: Environment) -> None:
    from gql import Client, gql  # noqa: PLC0415 - among the packages of the examples
    from gql.transport.exceptions import TransportQueryError  # noqa: PLC0415
    from gql.transport.requests import RequestsHTTPTransport  # noqa: PLC0415

    port = serve("integration/graphql_out.py", "8084", {}, reads=True)
    headers = {"Authorization": f"Bearer {environment['MILLRACE_TOKEN']}"}
    transport = RequestsHTTPTransport(f"http://127.0.0.1:{port}/", headers=headers)
    client = Client(transport=transport)  # which checks nothing itself
    assert client.execute(gql("{ orders { open sites { site } } }")) == {"orders": {"open": 0, "sites": []}}
    many = "{" + "".join(f"a{number}: orders {{ open }} " for number in range(6)) + "}"
    for query, says in [("{ orders { nothing } }", "Cannot query field"), (many, "at most 5 fields")]:
        with pytest.raises(TransportQueryError, match=says):
            client.execute(gql(query))
    transport.headers = {"Authorization": f"Bearer {WRONG}"}
    with pytest.raises(TransportQueryError, match="Millrace answers 401"):
        client.execute(gql("{ orders { open } }"))
